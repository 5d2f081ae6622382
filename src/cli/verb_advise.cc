// sectile advise: which way of sharing suits a workload, and which slice.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/plan/advise.h"
#include "sectile/plan/memory_estimate.h"
#include "sectile/text/advice.h"
#include "sectile/text/config.h"
#include "sectile/text/want_notation.h"
#include "sectile/text/workload_traits.h"
#include "src/cli/machine.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

constexpr std::string_view kOfParams[] = {"dtype",  "kv-dtype", "context", "concurrency",
                                          "layers", "kv-heads", "head-dim"};
constexpr std::string_view kOfFile[] = {"idle-max", "virtual-machine"};

using Models = std::vector<const Model*>;

// The models of a machine, each once.
Models models_of(const Machine& machine) {
  Models models;
  for (const MachineGpu& gpu : machine.gpus) {
    if (std::ranges::find(models, gpu.model) == models.end()) {
      models.push_back(gpu.model);
    }
  }
  return models;
}

Result<NumberFormat> format_of(const Arguments& arguments, std::string_view option) {
  return parse_number_format(arguments.text(option, "fp16"));
}

std::optional<int> given(const Arguments& arguments, std::string_view option) {
  return arguments.has(option) ? std::optional(arguments.number(option, 0)) : std::nullopt;
}

Result<LanguageModel> read_model(const Arguments& arguments) {
  const Result<std::int64_t> parameters = parse_parameters(arguments.text("params"));
  const Result<std::int64_t> context = parse_tokens(arguments.text("context", "8k"));
  const Result<NumberFormat> weights = format_of(arguments, "dtype");
  const Result<NumberFormat> kv_cache = format_of(arguments, "kv-dtype");
  if (!parameters) {
    return fail(parameters);
  }
  if (!context) {
    return fail(context);
  }
  if (!weights) {
    return fail(weights);
  }
  if (!kv_cache) {
    return fail(kv_cache);
  }
  return LanguageModel{.parameters = *parameters,
                       .weights = *weights,
                       .kv_cache = *kv_cache,
                       .context = *context,
                       .concurrency = arguments.number("concurrency", 1),
                       .layers = given(arguments, "layers"),
                       .kv_heads = given(arguments, "kv-heads"),
                       .head_dimension = given(arguments, "head-dim")};
}

Models catalogue_models() {
  Models models;
  for (const Model& model : catalogue()) {
    models.push_back(&model);
  }
  return models;
}

// The smallest safe slice of the one model there is, as wants.
Result<std::vector<Want>> wants_of(const Models& models, const MemoryEstimate& estimate) {
  if (models.size() != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("wants of {} models cannot be told apart", models.size()),
                "name one with --gpu");
  }
  const Profile* const profile = smallest_safe(*models.front(), estimate);
  if (profile == nullptr) {
    return fail(
        ErrorCode::kUnsatisfiable,
        fmt::format("no profile of {} has {} MiB", models.front()->key, estimate.safe().value),
        "take a larger GPU or several, a smaller number format, context or concurrency");
  }
  return std::vector<Want>{{.count = 1, .what = ByProfile{.label = profile->name}, .name = {}}};
}

std::string written(const std::vector<Want>& wants, std::string_view format) {
  if (format == "yaml") {
    return write_workloads({.file = {}, .workloads = wants});
  }
  return wants.empty() ? "" : to_string(wants) + '\n';
}

Result<int> estimate(Session& session) {
  const Arguments& arguments = session.arguments;
  const Result<LanguageModel> model = read_model(arguments);
  if (!model) {
    return fail(model);
  }
  const Result<MemoryEstimate> estimate = estimate_memory(*model);
  if (!estimate) {
    return fail(estimate);
  }
  Models models = catalogue_models();
  if (arguments.has("gpu")) {
    const Result<Machine> machine = planned_machine(arguments.text("gpu"));
    if (!machine) {
      return fail(machine);
    }
    models = models_of(*machine);
  }
  const std::string format = arguments.text("output", "text");
  if (format == "json") {
    session.out = memory_json(models, *model, *estimate);
  } else if (format == "text") {
    session.out = explain(*model, *estimate) + '\n' + fits_table(models, *estimate);
  } else {
    const Result<std::vector<Want>> wants = wants_of(models, *estimate);
    if (!wants) {
      return fail(wants);
    }
    session.out = written(*wants, format);
  }
  return 0;
}

Result<WorkloadConfig> read_workloads(const std::string& file) {
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  Result<Config> config = load_config(*text, input_name(file));
  if (!config) {
    return fail(config);
  }
  if (auto* workloads = std::get_if<WorkloadConfig>(&*config)) {
    return std::move(*workloads);
  }
  return fail(ErrorCode::kInvalidArgument, input_name(file) + " holds layouts, not workloads",
              "advise reads kind: Workloads; see docs/formats/sectile-yaml.md");
}

Result<std::vector<AdvisedWorkload>> advise_all(const WorkloadConfig& config, const Models& models,
                                                const AdviceOptions& options) {
  std::vector<AdvisedWorkload> advised;
  for (std::size_t i = 0; i < config.workloads.size(); ++i) {
    const Want& want = config.workloads[i];
    const WorkloadTraits& traits = config.traits[i];
    std::optional<Advice> advice = advise(models, want, traits, options);
    if (!advice) {
      return fail(ErrorCode::kUnsatisfiable,
                  fmt::format("{}: none of these GPUs can serve {}", config.file, to_string(want)),
                  "sectile profiles MODEL lists what a model can serve");
    }
    AdvisedWorkload workload{.want = want, .traits = traits, .advice = std::move(*advice)};
    if (traits.llm) {
      const Result<MemoryEstimate> memory = estimate_memory(*traits.llm);
      if (!memory) {
        return fail(memory);
      }
      workload.estimate = *memory;
    }
    advised.push_back(std::move(workload));
  }
  return advised;
}

Result<AdviceOptions> read_options(const Arguments& arguments) {
  constexpr int kPercent = 100;
  AdviceOptions options{.virtual_machine = arguments.has("virtual-machine")};
  options.idle_percent_max = arguments.number("idle-max", options.idle_percent_max);
  if (options.idle_percent_max < 0 || options.idle_percent_max > kPercent) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--idle-max {} is no percentage", options.idle_percent_max),
                "give a number from 0 to 100");
  }
  return options;
}

Result<int> advise_file(Session& session) {
  const Arguments& arguments = session.arguments;
  const Result<AdviceOptions> options = read_options(arguments);
  if (!options) {
    return fail(options);
  }
  const Result<WorkloadConfig> config = read_workloads(arguments.text("FILE"));
  if (!config) {
    return fail(config);
  }
  const Result<Machine> machine = arguments.has("gpu")
                                      ? planned_machine(arguments.text("gpu"))
                                      : live_machine(arguments.text("nvml"), session.worker);
  if (!machine) {
    return fail(machine);
  }
  const Result<std::vector<AdvisedWorkload>> advised =
      advise_all(*config, models_of(*machine), *options);
  if (!advised) {
    return fail(advised);
  }
  const std::string format = arguments.text("output", "text");
  if (format == "json") {
    session.out = advice_json(*advised);
  } else if (format == "text") {
    session.out = explain(*advised);
  } else {
    const std::vector<Want> wants = advised_wants(*advised);
    if (wants.empty()) {
      return fail(ErrorCode::kUnsatisfiable, "no workload is advised a slice",
                  "-o text says what they are advised instead");
    }
    session.out = written(wants, format);
  }
  return 0;
}

}  // namespace

Result<int> verb_advise(Session& session) {
  const Arguments& arguments = session.arguments;
  const bool params = arguments.has("params");
  if (params == arguments.has("FILE")) {
    return fail(ErrorCode::kInvalidArgument, "advise takes a file, or --params",
                "for example: sectile advise --params 8B --dtype fp8 --context 8k");
  }
  for (const std::string_view option : kOfParams) {
    if (!params && arguments.has(option)) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("--{} belongs to --params", option),
                  "in a file, llm has the same");
    }
  }
  for (const std::string_view option : kOfFile) {
    if (params && arguments.has(option)) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("--{} needs a file", option));
    }
  }
  return params ? estimate(session) : advise_file(session);
}

}  // namespace sectile::cli
