#include "sectile/text/service_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sectile/text/services.h"
#include "sectile/text/table.h"
#include "src/text/decimal.h"
#include "src/text/lines.h"

namespace sectile {
namespace {

using fleet::Measurement;
using fleet::ServiceFailure;
using fleet::ServiceInstance;
using fleet::ServiceOption;
using fleet::ServicePlan;
using fleet::ServiceRefusal;
using fleet::ServiceRequest;
using internal::Lines;

constexpr std::int64_t kMicroPerHundredth = 10'000;
constexpr std::int64_t kMicrosecond = 1'000;  // In nanoseconds.
constexpr int kWidth = 120;                   // Of the table.

std::string number_of(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// Two digits behind the point; what was measured is not more exact.
std::string rate_text(fleet::Rate rate) {
  return fmt::format("{}.{:02}", rate.micro / 1'000'000,
                     rate.micro % 1'000'000 / kMicroPerHundredth);
}

std::string latency_text(fleet::Latency latency) {
  return internal::write_decimal(latency.nanoseconds / kMicrosecond, 3) + " ms";
}

// "11.733": billionths of a GPU, cut to thousandths.
std::string gpus_text(std::int64_t nano) {
  return fmt::format("{}.{:03}", nano / 1'000'000'000, nano % 1'000'000'000 / 1'000'000);
}

std::string profile_name(const Model& model, ProfileId id) {
  const Profile* const profile = model.find(id);
  return profile ? profile->name : "?";
}

std::string point_text(int batch, int processes) {
  return processes == 1 ? fmt::format("b{}", batch) : fmt::format("b{} x{}", batch, processes);
}

// "2x 3g.40gb b16 x3, 1x 1g.10gb b4" of each service.
std::vector<std::string> instances_texts(const ServiceRequest& request, const ServicePlan& plan) {
  std::map<std::size_t, int> counts;
  for (const ServiceInstance& instance : plan.instances) {
    ++counts[instance.option];
  }
  std::vector<std::string> texts(request.services.size());
  for (const auto& [index, count] : counts) {
    const ServiceOption& option = plan.options[index];
    std::string& text = texts[option.service];
    text += fmt::format("{}{}x {} {}", text.empty() ? "" : ", ", count,
                        profile_name(*option.model, option.profile),
                        point_text(option.batch, option.processes));
  }
  return texts;
}

std::vector<fleet::Latency> slowest(const ServiceRequest& request, const ServicePlan& plan) {
  std::vector<fleet::Latency> slowest(request.services.size());
  for (const ServiceInstance& instance : plan.instances) {
    const ServiceOption& option = plan.options[instance.option];
    slowest[option.service] = std::max(slowest[option.service], option.latency);
  }
  return slowest;
}

std::string models_text(const ServicePlan& plan) {
  std::map<std::string, std::size_t> counts;
  for (const fleet::ServiceGpu& gpu : plan.gpus) {
    ++counts[gpu.model->key];
  }
  std::string text;
  for (const auto& [key, count] : counts) {
    text += fmt::format("{}{}x {}", text.empty() ? "" : ", ", count, key);
  }
  return text;
}

std::string bound_text(const ServicePlan& plan) {
  const std::string bound = gpus_text(plan.proof.bound_nano);
  if (!plan.proven()) {
    return fmt::format("not proven: {} might do (prices show that {} are needed)", plan.gpus_bound,
                       bound);
  }
  return fmt::format("proven: no plan uses fewer (prices show that {} are needed{})", bound,
                     plan.nodes > 0
                         ? fmt::format(", {} and {} the rest",
                                       number_of(static_cast<std::size_t>(plan.nodes), "node"),
                                       plan.nodes == 1 ? "shows" : "show")
                         : "");
}

std::string_view spare_text(fleet::Spare spare) {
  switch (spare) {
    case fleet::Spare::kNone:
      return "";
    case fleet::Spare::kInstance:
      return "Every service keeps its rate when any one instance fails.";
    case fleet::Spare::kGpu:
      return "Every service keeps its rate when any one GPU fails.";
  }
  return "";
}

void add_proof(Lines& lines, const ServiceRequest& request, const ServicePlan& plan) {
  lines.blank();
  lines.add("",
            "Why not fewer: let an instance cost this part of a GPU, so that what any layout "
            "holds costs at most one GPU:");
  for (const fleet::ServiceProof::Price& price : plan.proof.prices) {
    lines.add("  ",
              fmt::format("{} {} {}", price.model->key, profile_name(*price.model, price.profile),
                          internal::write_decimal(price.nano, 9)));
  }
  for (const fleet::ServiceProof::Scarcity& scarcity : plan.proof.scarcities) {
    lines.add("  ", fmt::format("a layout of {}, of which there are few, {} more",
                                scarcity.model->key, internal::write_decimal(scarcity.nano, 9)));
  }
  lines.add("", "Then whatever instances it uses, a service costs at least:");
  for (std::size_t s = 0; s < request.services.size(); ++s) {
    lines.add("  ", fmt::format("{} {}", request.services[s].name,
                                internal::write_decimal(plan.proof.cheapest[s], 9)));
  }
  lines.add("",
            fmt::format("together {} GPUs{}.", internal::write_decimal(plan.proof.bound_nano, 9),
                        plan.proof.scarcities.empty() ? "" : " beyond what is scarce"));
}

// "best is 12.5 ms (batch 1, 1 process) on 7g.80gb of a100-80gb, and it must stay below 10 ms"
std::string refusal_text(const ServiceRequest& request, const ServiceRefusal& refusal) {
  const fleet::Service& service = request.services[refusal.service];
  if (!refusal.measured) {
    return fmt::format("{} was not measured on any of these GPUs", service.workload);
  }
  if (!refusal.fastest) {
    return fmt::format("{} did not run on any instance: no throughput was measured",
                       service.workload);
  }
  if (refusal.mps_would_do) {
    return fmt::format("only points with several processes stay below {}; they need MPS",
                       latency_text(refusal.latency_allowed));
  }
  const Measurement& fastest = *refusal.fastest;
  return fmt::format(
      "no point meets the latency: the best is {} on {} of {} (batch {}, {}), and "
      "must stay below {}",
      latency_text(fastest.latency), profile_name(*fastest.model, fastest.profile),
      fastest.model->key, fastest.batch,
      fastest.processes == 1 ? "1 process" : fmt::format("{} processes", fastest.processes),
      latency_text(refusal.latency_allowed));
}

std::string lack_text(const ServiceFailure& failure) {
  if (failure.gpus_bound > fleet::kMaxServiceGpus) {
    return fmt::format("more than {} GPUs would be needed", fleet::kMaxServiceGpus);
  }
  if (failure.gpus_found == 0) {
    return fmt::format("at least {} GPUs are needed, and no plan was found", failure.gpus_bound);
  }
  if (failure.gpus_found == failure.gpus_bound) {
    return fmt::format("{} GPUs are needed, and would do; {}", failure.gpus_found,
                       failure.proven ? "that fewer do not is proven"
                                      : "whether those given do in another mixture is not proven");
  }
  return fmt::format("{} GPUs would do, and at least {} are needed", failure.gpus_found,
                     failure.gpus_bound);
}

}  // namespace

std::string explain(const ServiceRequest& request, const ServicePlan& plan, bool proof) {
  Table table({{.header = "service"},
               {.header = "instances (b batch, x processes)"},
               {.header = "serves/s", .align = Align::kRight},
               {.header = "wanted/s", .align = Align::kRight},
               {.header = "latency", .align = Align::kRight},
               {.header = "bound", .align = Align::kRight}});
  const std::vector<std::string> instances = instances_texts(request, plan);
  const std::vector<fleet::Latency> latencies = slowest(request, plan);
  for (std::size_t s = 0; s < request.services.size(); ++s) {
    table.add({request.services[s].name, instances[s], rate_text(plan.capacities[s]),
               rate_text(plan.targets[s]), latency_text(latencies[s]),
               latency_text(request.services[s].latency_max)});
  }
  Lines lines;
  lines.blank();
  lines.add("",
            fmt::format("{} on {} ({}); {}.", number_of(request.services.size(), "service"),
                        number_of(plan.gpus.size(), "GPU"), models_text(plan), bound_text(plan)));
  if (request.spare != fleet::Spare::kNone) {
    lines.add("", spare_text(request.spare));
  }
  if (proof) {
    add_proof(lines, request, plan);
  }
  return table.text(kWidth) + std::move(lines).str();
}

std::string explain(const ServiceRequest& request, const ServiceFailure& failure) {
  Lines lines;
  for (const ServiceRefusal& refusal : failure.refused) {
    lines.add(fmt::format("{}: ", request.services[refusal.service].name),
              refusal_text(request, refusal));
  }
  if (failure.refused.empty()) {
    lines.add("", lack_text(failure));
  }
  return std::move(lines).str();
}

std::vector<std::string> service_owners(const ServiceRequest& request, const ServicePlan& plan,
                                        std::size_t gpu) {
  std::vector<std::string> owners;
  const auto [first, last] =
      std::ranges::equal_range(plan.instances, gpu, {}, &ServiceInstance::gpu);
  for (auto instance = first; instance != last; ++instance) {
    const ServiceOption& option = plan.options[instance->option];
    owners.push_back(fmt::format("{} {}", request.services[option.service].name,
                                 point_text(option.batch, option.processes)));
  }
  return owners;
}

}  // namespace sectile
