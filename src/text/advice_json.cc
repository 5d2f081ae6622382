#include <nlohmann/json.hpp>
#include <utility>

#include "sectile/text/advice.h"
#include "sectile/text/want_notation.h"
#include "src/text/advice_words.h"
#include "src/text/model_tree.h"

namespace sectile {
namespace {

using nlohmann::ordered_json;

ordered_json estimate_json(const MemoryEstimate& estimate) {
  return {{"weights_mib", estimate.weights.value},
          {"kv_cache_mib", estimate.kv_cache.value},
          {"activations_mib", estimate.activations.value},
          {"runtime_mib", estimate.runtime.value},
          {"margin_mib", estimate.margin.value},
          {"least_mib", estimate.least().value},
          {"safe_mib", estimate.safe().value},
          {"layers", estimate.layers},
          {"kv_heads", estimate.kv_heads},
          {"head_dimension", estimate.head_dimension},
          {"hidden_size", estimate.hidden_size},
          {"shape_assumed_as", estimate.assumed}};
}

std::string_view key_of(Sharing sharing) {
  switch (sharing) {
    case Sharing::kSlice:
      return "slice";
    case Sharing::kMps:
      return "mps";
    case Sharing::kTimeSlicing:
      return "time-slicing";
    case Sharing::kWholeGpu:
      return "whole-gpu";
    case Sharing::kSeveralGpus:
      return "several-gpus";
  }
  return "";
}

ordered_json workload_json(const AdvisedWorkload& workload) {
  const Advice& advice = workload.advice;
  ordered_json reasons = ordered_json::array();
  for (const AdviceReason& reason : advice.reasons) {
    reasons.push_back({{"rule", internal::name_of(reason.rule)},
                       {"numbers", reason.numbers},
                       {"text", internal::sentence(reason, advice)}});
  }
  ordered_json json = {{"want", to_string(workload.want)},
                       {"name", workload.want.name},
                       {"count", workload.want.count},
                       {"sharing", key_of(advice.sharing)},
                       {"model", advice.model->key},
                       {"profile", advice.profile ? advice.profile->name : ""},
                       {"gpus", advice.gpus},
                       {"reasons", std::move(reasons)}};
  if (workload.estimate) {
    json["estimate"] = estimate_json(*workload.estimate);
  }
  return json;
}

std::string_view key_of(MemoryFit fit) {
  switch (fit) {
    case MemoryFit::kSafe:
      return "safe";
    case MemoryFit::kTight:
      return "tight";
    case MemoryFit::kNone:
      return "no";
  }
  return "";
}

}  // namespace

std::string advice_json(std::span<const AdvisedWorkload> workloads) {
  ordered_json json = {{"schema", "sectile/advice/v1"}, {"workloads", ordered_json::array()}};
  for (const AdvisedWorkload& workload : workloads) {
    json["workloads"].push_back(workload_json(workload));
  }
  const std::vector<Want> wants = advised_wants(workloads);
  json["wants"] = wants.empty() ? "" : to_string(wants);
  json["limits"] = internal::limits_of_mig();
  return internal::dump(json);
}

std::string memory_json(std::span<const Model* const> models, const LanguageModel& model,
                        const MemoryEstimate& estimate) {
  ordered_json json = {{"schema", "sectile/memory/v1"},
                       {"parameters", model.parameters},
                       {"dtype", to_string(model.weights)},
                       {"kv_dtype", to_string(model.kv_cache)},
                       {"context", model.context},
                       {"concurrency", model.concurrency},
                       {"estimate", estimate_json(estimate)},
                       {"models", ordered_json::array()}};
  for (const Model* each : models) {
    ordered_json profiles = ordered_json::array();
    for (const Profile& profile : each->profiles) {
      profiles.push_back({{"profile", profile.name},
                          {"memory_mib", profile.memory.value},
                          {"fits", key_of(memory_fit(estimate, profile))}});
    }
    const Profile* const best = smallest_safe(*each, estimate);
    json["models"].push_back({{"model", each->key},
                              {"smallest_safe", best ? best->name : ""},
                              {"profiles", std::move(profiles)}});
  }
  return internal::dump(json);
}

}  // namespace sectile
