#include "sectile/text/json.h"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <utility>

#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"
#include "src/text/model_tree.h"

namespace sectile {
namespace {

using internal::dump;
using nlohmann::ordered_json;

ordered_json document(std::string_view schema) {
  return {{"schema", schema}};
}

ordered_json compute_json(const Profile* profile, const ComputeSlot& slot) {
  const ComputeProfile* const compute = profile ? profile->find_compute(slot.profile) : nullptr;
  return {{"profile", compute ? compute->name : ""},
          {"profile_id", slot.profile.value},
          {"start", slot.placement.start},
          {"size", slot.placement.size}};
}

ordered_json instance_json(const Model& model, const Slot& slot) {
  const Profile* const profile = model.find(slot.profile());
  ordered_json compute = ordered_json::array();
  for (const ComputeSlot& each : slot.compute()) {
    compute.push_back(compute_json(profile, each));
  }
  return {{"profile", profile ? profile->name : ""},
          {"profile_id", slot.profile().value},
          {"start", slot.placement().start},
          {"size", slot.placement().size},
          {"compute_slices", profile ? profile->compute_slices : 0},
          {"memory_mib", profile ? profile->memory.value : 0},
          {"compute", std::move(compute)}};
}

ordered_json instances_json(const Model& model, std::span<const Slot> slots) {
  ordered_json result = ordered_json::array();
  for (const Slot& slot : slots) {
    result.push_back(instance_json(model, slot));
  }
  return result;
}

int compute_slices_used(const Model& model, const Layout& layout) {
  int used = 0;
  for (const Slot& slot : layout.slots()) {
    const Profile* const profile = model.find(slot.profile());
    used += profile ? profile->compute_slices : 0;
  }
  return used;
}

ordered_json gpu_json(const NamedLayout& gpu) {
  return {{"name", gpu.name},
          {"model", gpu.model->key},
          {"layout", to_notation(*gpu.model, gpu.layout)},
          {"free_memory_slices", gpu.model->memory_slices - std::popcount(gpu.layout.used())},
          {"idle_compute_slices",
           gpu.model->compute_slices - compute_slices_used(*gpu.model, gpu.layout)},
          {"instances", instances_json(*gpu.model, gpu.layout.slots())}};
}

ordered_json gpus_list_json(std::span<const NamedLayout> gpus) {
  ordered_json result = ordered_json::array();
  for (const NamedLayout& gpu : gpus) {
    result.push_back(gpu_json(gpu));
  }
  return result;
}

std::vector<NamedLayout> named(std::span<const PlanGpu> gpus, std::span<const Layout> layouts) {
  std::vector<NamedLayout> result;
  result.reserve(gpus.size());
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    result.push_back({.name = gpus[i].name, .model = gpus[i].model, .layout = layouts[i]});
  }
  return result;
}

ordered_json want_json(const Want& want) {
  ordered_json result = {{"want", to_string(want)}, {"name", want.name}, {"count", want.count}};
  if (const auto* const profile = std::get_if<ByProfile>(&want.what)) {
    result["profile"] = profile->label;
    return result;
  }
  const ByNeed& need = std::get<ByNeed>(want.what);
  result["memory_min_mib"] = need.memory_min.value;
  result["compute_min"] = need.compute_min;
  result["graphics"] = need.graphics;
  return result;
}

ordered_json wants_json(std::span<const Want> wants) {
  ordered_json result = ordered_json::array();
  for (const Want& want : wants) {
    result.push_back(want_json(want));
  }
  return result;
}

ordered_json assignments_json(std::span<const PlanGpu> gpus, const Plan& plan) {
  ordered_json result = ordered_json::array();
  for (const Assignment& assignment : plan.assignments) {
    const Model& model = *gpus[assignment.gpu].model;
    const Profile* const profile = model.find(assignment.slot.profile());
    result.push_back({{"want", assignment.want},
                      {"gpu", assignment.gpu},
                      {"profile", profile ? profile->name : ""},
                      {"profile_id", assignment.slot.profile().value},
                      {"start", assignment.slot.placement().start},
                      {"size", assignment.slot.placement().size},
                      {"compute", compute_json(profile, assignment.compute)}});
  }
  return result;
}

ordered_json reasons_json(const Plan& plan) {
  ordered_json result = ordered_json::array();
  for (const PlacementReason& reason : plan.reasons) {
    result.push_back({{"assignment", reason.assignment},
                      {"legal_starts", reason.legal_starts},
                      {"usefulness", reason.usefulness},
                      {"next_best", reason.next_best},
                      {"profiles_considered", reason.profiles_considered}});
  }
  return result;
}

ordered_json missing_json(const Missing& missing) {
  return {{"want", missing.want},
          {"unplaced", missing.unplaced},
          {"memory_slices_needed", missing.memory_slices_needed},
          {"memory_slices_free", missing.memory_slices_free},
          {"largest_free_run", missing.largest_free_run},
          {"holders", missing.holders},
          {"reason", missing.reason}};
}

ordered_json alternative_json(std::span<const PlanGpu> gpus, const Alternative& alternative) {
  return {{"difference", alternative.difference},
          {"distance", alternative.distance},
          {"wants", wants_json(alternative.wants)},
          {"gpus", gpus_list_json(named(gpus, alternative.layouts))}};
}

ordered_json infeasible_list_json(std::span<const PlanGpu> gpus, const Infeasible& infeasible) {
  ordered_json result = ordered_json::array();
  for (const Alternative& alternative : infeasible.nearest) {
    result.push_back(alternative_json(gpus, alternative));
  }
  return result;
}

std::string_view name_of(StepKind kind) {
  switch (kind) {
    case StepKind::kDestroyCompute:
      return "destroy-compute";
    case StepKind::kDestroyInstance:
      return "destroy-instance";
    case StepKind::kCreateInstance:
      return "create-instance";
    case StepKind::kCreateCompute:
      return "create-compute";
  }
  return "";
}

ordered_json step_json(const Model& model, const Step& step) {
  const Profile* const profile = model.find(step.profile);
  ordered_json result = {{"step", name_of(step.kind)},
                         {"profile", profile ? profile->name : ""},
                         {"profile_id", step.profile.value},
                         {"start", step.placement.start},
                         {"size", step.placement.size}};
  if (step.kind == StepKind::kCreateCompute || step.kind == StepKind::kDestroyCompute) {
    result["compute"] = compute_json(profile, step.compute);
  }
  return result;
}

ordered_json diff_gpu_json(const GpuDiff& diff) {
  ordered_json steps = ordered_json::array();
  for (const Step& step : diff.transition.steps) {
    steps.push_back(step_json(*diff.model, step));
  }
  return {{"name", diff.name},
          {"model", diff.model->key},
          {"from", to_notation(*diff.model, diff.from)},
          {"to", to_notation(*diff.model, diff.to)},
          {"same", diff.transition.empty()},
          {"kept", instances_json(*diff.model, diff.transition.kept)},
          {"destroyed", instances_json(*diff.model, diff.transition.destroyed)},
          {"created", instances_json(*diff.model, diff.transition.created)},
          {"steps", std::move(steps)}};
}

ordered_json model_brief_json(const Model& model) {
  ordered_json profiles = ordered_json::array();
  for (const Profile& profile : model.profiles) {
    profiles.push_back(profile.name);
  }
  return {{"key", model.key},
          {"product_names", model.product_names},
          {"architecture", to_string(model.architecture)},
          {"chip", model.chip},
          {"driver_min", model.driver_min},
          {"memory_mib", model.memory.value},
          {"memory_slices", model.memory_slices},
          {"compute_slices", model.compute_slices},
          {"max_instances", model.max_instances},
          {"profiles", std::move(profiles)}};
}

}  // namespace

std::string gpus_json(std::span<const Model> models) {
  ordered_json result = document("sectile/gpus/v1");
  result["gpus"] = ordered_json::array();
  for (const Model& model : models) {
    result["gpus"].push_back(model_brief_json(model));
  }
  return dump(result);
}

std::string profiles_json(const Model& model) {
  ordered_json result = document("sectile/profiles/v1");
  result["model"] = internal::model_to_json(model);
  return dump(result);
}

std::string layouts_json(std::span<const NamedLayout> gpus) {
  ordered_json result = document("sectile/layouts/v1");
  result["gpus"] = gpus_list_json(gpus);
  return dump(result);
}

std::string plan_json(std::span<const PlanGpu> gpus, std::span<const Want> wants,
                      const Plan& plan) {
  ordered_json result = document("sectile/plan/v1");
  result["feasible"] = true;
  result["wants"] = wants_json(wants);
  result["gpus"] = gpus_list_json(named(gpus, plan.layouts));
  result["assignments"] = assignments_json(gpus, plan);
  result["reasons"] = reasons_json(plan);
  result["gpus_used"] = plan.gpus_used;
  result["gpus_bound"] = plan.gpus_bound;
  result["usefulness"] = plan.usefulness;
  return dump(result);
}

std::string plan_json(std::span<const NamedLayout> gpus, std::string_view strategy,
                      std::span<const std::string> reasons) {
  ordered_json result = document("sectile/plan/v1");
  result["feasible"] = true;
  result["strategy"] = strategy;
  result["gpus"] = gpus_list_json(gpus);
  result["notes"] = std::vector<std::string>(reasons.begin(), reasons.end());
  return dump(result);
}

std::string infeasible_json(std::span<const PlanGpu> gpus, std::span<const Want> wants,
                            const Infeasible& infeasible) {
  ordered_json result = document("sectile/plan/v1");
  result["feasible"] = false;
  result["wants"] = wants_json(wants);
  result["summary"] = infeasible.summary;
  result["missing"] = ordered_json::array();
  for (const Missing& missing : infeasible.missing) {
    result["missing"].push_back(missing_json(missing));
  }
  result["nearest"] = infeasible_list_json(gpus, infeasible);
  return dump(result);
}

std::string diff_json(std::span<const GpuDiff> gpus) {
  ordered_json result = document("sectile/diff/v1");
  result["gpus"] = ordered_json::array();
  for (const GpuDiff& gpu : gpus) {
    result["gpus"].push_back(diff_gpu_json(gpu));
  }
  return dump(result);
}

std::string error_json(const Error& error) {
  ordered_json result = document("sectile/error/v1");
  result["code"] = name_of(error.code);
  result["message"] = error.message;
  result["next"] = error.next;
  return dump(result);
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid-argument";
    case ErrorCode::kUnsatisfiable:
      return "unsatisfiable";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kStale:
      return "stale";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kPermission:
      return "permission";
    case ErrorCode::kNotRestored:
      return "not-restored";
    case ErrorCode::kRolledBack:
      return "rolled-back";
    case ErrorCode::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace sectile
