#include "src/apply/step.h"

#include <algorithm>
#include <optional>

#include "sectile/apply/apply.h"
#include "src/apply/blocked.h"

namespace sectile {
namespace {

bool creates(const Step& step) {
  return step.kind == StepKind::kCreateInstance || step.kind == StepKind::kCreateCompute;
}

bool concerns_compute(const Step& step) {
  return step.kind == StepKind::kCreateCompute || step.kind == StepKind::kDestroyCompute;
}

const LiveInstance* find_instance(const LiveGpu& gpu, const Step& step) {
  const LiveInstance* instance = gpu.find(step.placement);
  return instance != nullptr && instance->profile == step.profile ? instance : nullptr;
}

const LiveCompute* find_compute(const LiveInstance& instance, const ComputeSlot& slot) {
  const auto found = std::ranges::find(instance.compute, slot, &LiveCompute::slot);
  return found == instance.compute.end() ? nullptr : &*found;
}

// Whether what the step creates or destroys is there.
bool is_there(const LiveGpu& gpu, const Step& step) {
  const LiveInstance* instance = find_instance(gpu, step);
  return instance != nullptr &&
         (!concerns_compute(step) || find_compute(*instance, step.compute) != nullptr);
}

// Who uses what the step would destroy.
std::vector<GpuProcess> holders(const LiveGpu& gpu, const LiveInstance& instance,
                                const LiveCompute* compute) {
  std::vector<GpuProcess> inside = gpu.holders(instance);
  std::erase_if(inside, [&](const GpuProcess& process) {
    return compute != nullptr && process.compute_instance &&
           *process.compute_instance != compute->id;
  });
  return inside;
}

Status destroy(Node& node, const LiveGpu& gpu, const LiveInstance& instance,
               const LiveCompute* compute) {
  if (const std::vector<GpuProcess> users = holders(gpu, instance, compute); !users.empty()) {
    return fail(ErrorCode::kBusy, "in use by " + to_text(users),
                "end these processes, or ask for a layout that keeps what they use");
  }
  return compute != nullptr ? node.destroy_compute(gpu.uuid, instance.id, compute->id)
                            : node.destroy_instance(gpu.uuid, instance.id);
}

std::unexpected<Error> stale(const std::string& why) {
  return fail(ErrorCode::kStale, why, "somebody else changes this GPU: read it and plan again");
}

}  // namespace

std::string describe(const Model& model, const Step& step) {
  const Profile* profile = model.find(step.profile);
  const std::string name =
      profile != nullptr ? profile->name : "profile " + std::to_string(step.profile.value);
  std::string what = name + "@" + std::to_string(step.placement.start);
  if (concerns_compute(step)) {
    const ComputeProfile* compute =
        profile != nullptr ? profile->find_compute(step.compute.profile) : nullptr;
    what = "compute instance " +
           (compute != nullptr ? compute->name : std::to_string(step.compute.profile.value)) + "@" +
           std::to_string(step.compute.placement.start) + " in " + what;
  }
  return (creates(step) ? "create " : "destroy ") + what;
}

std::string_view name_of(const Action& action) {
  switch (action.kind) {
    case Action::Kind::kModeOn:
      return "mode-on";
    case Action::Kind::kModeOff:
      return "mode-off";
    case Action::Kind::kReset:
      return "reset";
    case Action::Kind::kStep:
      break;
  }
  switch (action.step.kind) {
    case StepKind::kDestroyCompute:
      return "destroy-compute";
    case StepKind::kDestroyInstance:
      return "destroy-instance";
    case StepKind::kCreateInstance:
      return "create-instance";
    case StepKind::kCreateCompute:
      return "create-compute";
  }
  return "";  // Not reached; g++ wants it.
}

Step inverse(Step step) {
  switch (step.kind) {
    case StepKind::kDestroyCompute:
      step.kind = StepKind::kCreateCompute;
      break;
    case StepKind::kDestroyInstance:
      step.kind = StepKind::kCreateInstance;
      break;
    case StepKind::kCreateInstance:
      step.kind = StepKind::kDestroyInstance;
      break;
    case StepKind::kCreateCompute:
      step.kind = StepKind::kDestroyCompute;
      break;
  }
  return step;
}

bool achieved(const LiveGpu& gpu, const Step& step) {
  return is_there(gpu, step) == creates(step);
}

Status perform(Node& node, const Target& target, const Step& step) {
  const Result<LiveGpu> gpu = node.refresh(target.gpu, target.model);
  if (!gpu) {
    return fail(gpu);
  }
  if (achieved(*gpu, step)) {
    return stale(creates(step) ? "it is there already" : "it is gone already");
  }
  if (step.kind == StepKind::kCreateInstance) {
    const Result<GpuInstanceId> made =
        node.create_instance(gpu->uuid, step.profile, step.placement);
    return made ? Status{} : fail(made);
  }
  const LiveInstance* instance = find_instance(*gpu, step);
  if (instance == nullptr) {
    return stale("its GPU instance is gone");
  }
  if (step.kind == StepKind::kCreateCompute) {
    const Result<LiveCompute> made = node.create_compute(gpu->uuid, instance->id, step.compute);
    return made ? Status{} : fail(made);
  }
  return destroy(node, *gpu, *instance,
                 concerns_compute(step) ? find_compute(*instance, step.compute) : nullptr);
}

}  // namespace sectile
