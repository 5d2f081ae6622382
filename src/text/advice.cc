#include "sectile/text/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sectile/text/table.h"
#include "sectile/text/want_notation.h"
#include "sectile/text/workload_traits.h"
#include "src/text/advice_words.h"
#include "src/text/lines.h"

namespace sectile {
namespace {

using internal::Lines;

// What it shall have: "2g.20gb of h100-80gb-sxm5", "a share of one a30-24gb".
std::string place_text(const Advice& advice) {
  switch (advice.sharing) {
    case Sharing::kSlice:
      return fmt::format("{} of {}", advice.profile->name, advice.model->key);
    case Sharing::kMps:
    case Sharing::kTimeSlicing:
      return fmt::format("a share of one {}, MIG off", advice.model->key);
    case Sharing::kWholeGpu:
      return fmt::format("one {}, MIG off", advice.model->key);
    case Sharing::kSeveralGpus:
      return fmt::format("{} x {}, MIG off", advice.gpus, advice.model->key);
  }
  return "";
}

std::string name_of(const AdvisedWorkload& workload) {
  return workload.want.name.empty()
             ? to_string(workload.want)
             : fmt::format("{} ({}x)", workload.want.name, workload.want.count);
}

bool shares(const AdvisedWorkload& workload) {
  return workload.advice.sharing == Sharing::kSlice;
}

std::string_view fit_text(MemoryFit fit) {
  switch (fit) {
    case MemoryFit::kSafe:
      return "safe";
    case MemoryFit::kTight:
      return "tight: only without the margin";
    case MemoryFit::kNone:
      return "no";
  }
  return "";
}

std::string table_of_profiles(const Model& model, const MemoryEstimate& estimate) {
  Table table({{.header = "profile"},
               {.header = "usable MiB", .align = Align::kRight},
               {.header = "left MiB", .align = Align::kRight},
               {.header = "fits"}});
  for (const Profile& profile : model.profiles) {
    const std::int64_t left = profile.memory.value - estimate.least().value;
    table.add({profile.name, std::to_string(profile.memory.value), std::to_string(left),
               std::string(fit_text(memory_fit(estimate, profile)))});
  }
  const Profile* const best = smallest_safe(model, estimate);
  const std::int64_t whole = std::max<std::int64_t>(1, model.whole().memory.value);
  return table.text() +
         (best ? fmt::format("\nsmallest safe: {} of {}\n", best->name, model.key)
               : fmt::format("\nno profile of {} is safe: it takes {} GPUs at least\n", model.key,
                             (estimate.safe().value + whole - 1) / whole));
}

std::string table_of_models(std::span<const Model* const> models, const MemoryEstimate& estimate) {
  Table table({{.header = "model"},
               {.header = "smallest safe"},
               {.header = "usable MiB", .align = Align::kRight},
               {.header = "at once", .align = Align::kRight}});
  for (const Model* model : models) {
    const Profile* const best = smallest_safe(*model, estimate);
    table.add({model->key, best ? best->name : "-", best ? std::to_string(best->memory.value) : "-",
               best ? std::to_string(best->max_count) : "0"});
  }
  return table.text();
}

}  // namespace

std::vector<Want> advised_wants(std::span<const AdvisedWorkload> workloads) {
  std::vector<Want> wants;
  for (const AdvisedWorkload& workload : workloads) {
    if (shares(workload)) {
      wants.push_back({.count = workload.want.count,
                       .what = ByProfile{.label = workload.advice.profile->name},
                       .name = workload.want.name});
    }
  }
  return wants;
}

std::string explain(std::span<const AdvisedWorkload> workloads) {
  Lines lines;
  for (const AdvisedWorkload& workload : workloads) {
    const Advice& advice = workload.advice;
    lines.add(name_of(workload) + ": ",
              fmt::format("{}: {}", to_string(advice.sharing), place_text(advice)));
    for (std::size_t i = 0; i < advice.reasons.size(); ++i) {
      lines.add(i == 0 ? "  because " : "  also    ",
                internal::sentence(advice.reasons[i], advice));
    }
    if (workload.estimate) {
      lines.add("  memory  ",
                fmt::format("worked out: {} MiB, {} of it margin; see sectile advise "
                            "--params",
                            workload.estimate->safe().value, workload.estimate->margin.value));
    }
  }
  const std::vector<Want> wants = advised_wants(workloads);
  if (!wants.empty()) {
    lines.blank();
    lines.add("wants: ", to_string(wants));
    lines.blank();
    lines.add("", internal::limits_of_mig());
  }
  return std::move(lines).str();
}

std::string explain(const LanguageModel& model, const MemoryEstimate& estimate) {
  Table table({{.header = "part"}, {.header = "MiB", .align = Align::kRight}, {.header = "how"}});
  const auto bits = [](NumberFormat format) {
    return half_bits(format) % 2 == 0 ? std::to_string(half_bits(format) / 2)
                                      : fmt::format("{}.5", half_bits(format) / 2);
  };
  table.add({"weights", std::to_string(estimate.weights.value),
             fmt::format("{} parameters x {} bits ({})", parameters_text(model.parameters),
                         bits(model.weights), to_string(model.weights))});
  table.add({"KV cache", std::to_string(estimate.kv_cache.value),
             fmt::format("2 x {} layers x {} KV heads x {} x {} bits x {} tokens x {} requests",
                         estimate.layers, estimate.kv_heads, estimate.head_dimension,
                         bits(model.kv_cache), model.context, model.concurrency)});
  table.add({"activations", std::to_string(estimate.activations.value),
             fmt::format("2048 tokens at most x hidden size {} x 34 bytes: rule of thumb",
                         estimate.hidden_size)});
  table.add({"runtime", std::to_string(estimate.runtime.value),
             "CUDA context, kernels, graphs: rule of thumb"});
  table.add({"margin", std::to_string(estimate.margin.value), "a tenth of all that"});
  table.add({"together", std::to_string(estimate.safe().value), ""});
  constexpr int kWidth = 100;
  std::string text = table.text(kWidth);
  if (!estimate.assumed.empty()) {
    text += fmt::format(
        "\nThe shape was assumed as {}'s where it was not given: see --layers, --kv-heads,\n"
        "--head-dim.\n",
        estimate.assumed);
  }
  return text +
         "\nAn estimate: measure on a larger instance before it matters. The GB of a profile's\n"
         "name is a label; what counts is its usable memory.\n";
}

std::string fits_table(std::span<const Model* const> models, const MemoryEstimate& estimate) {
  return models.size() == 1 ? table_of_profiles(*models.front(), estimate)
                            : table_of_models(models, estimate);
}

}  // namespace sectile
