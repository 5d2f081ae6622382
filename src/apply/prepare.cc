#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "sectile/apply/apply.h"
#include "sectile/apply/mode_rule.h"
#include "sectile/plan/settle.h"
#include "src/apply/blocked.h"

namespace sectile {
namespace {

Error with_gpu(const LiveGpu& gpu, Error error) {
  error.message = "gpu " + std::to_string(gpu.index) + ": " + error.message;
  return error;
}

GpuChange untouched(const LiveGpu& gpu) {
  GpuChange change;
  change.uuid = gpu.uuid;
  change.index = gpu.index;
  change.mode = gpu.mode;
  change.pending = gpu.pending;
  change.from = gpu.layout;
  change.to = gpu.layout;
  return change;
}

// What processes hold.
std::vector<InUse> in_use(const LiveGpu& gpu) {
  std::vector<InUse> used;
  for (const LiveInstance& instance : gpu.instances) {
    for (const GpuProcess& process : gpu.holders(instance)) {
      const auto compute = std::ranges::find_if(instance.compute, [&](const LiveCompute& one) {
        return one.id == process.compute_instance;
      });
      used.push_back({.instance = instance.placement,
                      .compute = compute != instance.compute.end() ? std::optional(compute->slot)
                                                                   : std::nullopt});
    }
  }
  return used;
}

// A change to `layout`, taken literally.
Result<GpuChange> change_to(const LiveGpu& gpu, const Model& model, const Layout& layout,
                            GpuChange change) {
  Result<Transition> steps = transition(model, gpu.layout, layout);
  if (!steps) {
    return std::unexpected(with_gpu(gpu, steps.error()));
  }
  change.transition = *std::move(steps);
  change.to = layout;
  return change;
}

// Where only the instances count and not their places: the places that harm nobody if there are
// such, and then those that change the least.
Result<GpuChange> change_to_any(const LiveGpu& gpu, const Model& model, const Layout& wanted,
                                GpuChange change) {
  const Result<Layout> layout = settle(model, gpu.layout, wanted, in_use(gpu));
  if (!layout) {
    return std::unexpected(with_gpu(gpu, layout.error()));
  }
  return change_to(gpu, model, *layout, std::move(change));
}

Result<GpuChange> change_for(const LiveGpu& gpu, const Model& model, const GpuTarget& target) {
  GpuChange change = untouched(gpu);
  const MigMode wanted = target.mig_enabled ? MigMode::kEnabled : MigMode::kDisabled;
  if (gpu.mode != wanted || gpu.pending != wanted) {
    change.set_mode = target.mig_enabled;
    const ModeCommit commit = mode_rule(gpu, model).commit;
    change.needs_reset = gpu.mode != wanted && commit != ModeCommit::kAtOnce;
  }
  if (!target.mig_enabled) {
    return change_to(gpu, model, Layout(), std::move(change));  // No instance outlives the mode.
  }
  if (target.mode_only) {
    return change;
  }
  return target.exact_placement ? change_to(gpu, model, target.layout, std::move(change))
                                : change_to_any(gpu, model, target.layout, std::move(change));
}

}  // namespace

bool ChangePlan::empty() const {
  return std::ranges::all_of(changes, &GpuChange::empty);
}

int ChangePlan::steps() const {
  int steps = 0;
  for (const GpuChange& change : changes) {
    steps += (change.set_mode ? 1 : 0) + static_cast<int>(change.transition.steps.size());
  }
  return steps;
}

Result<ChangePlan> prepare(const Snapshot& now, const std::vector<GpuTarget>& targets) {
  ChangePlan plan;
  std::set<std::string> seen;
  for (const GpuTarget& target : targets) {
    const LiveGpu* gpu = now.find(target.uuid);
    if (gpu == nullptr) {
      return fail(ErrorCode::kInvalidArgument, "there is no GPU " + target.uuid,
                  "`sectile show` lists the GPUs");
    }
    if (!gpu->capable()) {
      return fail(ErrorCode::kInvalidArgument, "gpu " + std::to_string(gpu->index) + ", " +
                                                   gpu->name + ", " +
                                                   std::string(incapable_text(*gpu)));
    }
    if (!seen.insert(target.uuid).second) {
      return fail(ErrorCode::kInvalidArgument,
                  "gpu " + std::to_string(gpu->index) + " has two targets");
    }
    const Model& model = now.model_of(*gpu);
    Result<GpuChange> change = change_for(*gpu, model, target);
    if (!change) {
      return fail(change);
    }
    std::ranges::move(blocked_instances(*gpu, model, *change), std::back_inserter(plan.blocked));
    plan.changes.push_back(*std::move(change));
  }
  std::ranges::sort(plan.changes, {}, &GpuChange::index);
  std::ranges::sort(plan.blocked, {}, [](const BlockedInstance& one) {
    return std::pair(one.gpu_index, one.placement);
  });
  return plan;
}

}  // namespace sectile
