#include "src/apply/blocked.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace sectile {
namespace {

bool destroys(const GpuChange& change, const Placement& placement) {
  return std::ranges::any_of(change.transition.steps, [&](const Step& step) {
    return step.kind == StepKind::kDestroyInstance && step.placement == placement;
  });
}

bool destroys(const GpuChange& change, const Placement& placement, const ComputeSlot& compute) {
  return std::ranges::any_of(change.transition.steps, [&](const Step& step) {
    return step.kind == StepKind::kDestroyCompute && step.placement == placement &&
           step.compute == compute;
  });
}

// Those of the instance's holders that lose what they hold.
std::vector<GpuProcess> losers(const LiveGpu& gpu, const LiveInstance& instance,
                               const GpuChange& change) {
  std::vector<GpuProcess> holders = gpu.holders(instance);
  if (destroys(change, instance.placement)) {
    return holders;
  }
  std::set<ComputeInstanceId> going;
  for (const LiveCompute& compute : instance.compute) {
    if (destroys(change, instance.placement, compute.slot)) {
      going.insert(compute.id);
    }
  }
  std::erase_if(holders, [&](const GpuProcess& process) {
    // Where the driver does not say which compute instance it is, it may be any.
    return going.empty() ||
           (process.compute_instance && !going.contains(*process.compute_instance));
  });
  return holders;
}

bool needs_bare_gpu(const GpuChange& change) {
  return change.set_mode || (change.from.empty() && !change.transition.empty());
}

std::string name_of(const Model& model, ProfileId id) {
  const Profile* profile = model.find(id);
  return profile != nullptr ? profile->name : "profile " + std::to_string(id.value);
}

}  // namespace

std::vector<BlockedInstance> blocked_instances(const LiveGpu& gpu, const Model& model,
                                               const GpuChange& change) {
  std::vector<BlockedInstance> blocked;
  for (const LiveInstance& instance : gpu.instances) {
    std::vector<GpuProcess> holders = losers(gpu, instance, change);
    if (!holders.empty()) {
      blocked.push_back({.uuid = gpu.uuid,
                         .gpu_index = gpu.index,
                         .placement = instance.placement,
                         .profile = name_of(model, instance.profile),
                         .holders = std::move(holders)});
    }
  }
  std::vector<GpuProcess> bare;
  std::ranges::copy_if(gpu.processes, std::back_inserter(bare),
                       [](const GpuProcess& process) { return !process.gpu_instance; });
  if (!bare.empty() && needs_bare_gpu(change)) {
    blocked.push_back({.uuid = gpu.uuid,
                       .gpu_index = gpu.index,
                       .placement = {.start = 0, .size = model.memory_slices},
                       .profile = "the whole GPU",
                       .holders = std::move(bare)});
  }
  return blocked;
}

std::string to_text(const std::vector<GpuProcess>& holders) {
  std::string text;
  for (const GpuProcess& process : holders) {
    text += (text.empty() ? "" : ", ") + std::string("pid ") + std::to_string(process.pid) + " (" +
            (process.command.empty() ? "command unknown" : process.command) + ")";
  }
  return text;
}

std::unexpected<Error> busy(const std::vector<BlockedInstance>& blocked) {
  std::string message;
  for (const BlockedInstance& one : blocked) {
    message += (message.empty() ? "" : "; ") + std::string("gpu ") + std::to_string(one.gpu_index) +
               ": " + one.profile + "@" + std::to_string(one.placement.start) + " is in use by " +
               to_text(one.holders);
  }
  return fail(ErrorCode::kBusy, message,
              "nothing was touched; end these processes, or ask for a layout that keeps what they "
              "use");
}

}  // namespace sectile
