#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>

#include "sectile/apply/apply.h"
#include "src/apply/holders.h"

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

// Adds to `kept` the instances in use, or those that are not, as long as `wanted` has as many of
// the profile.
Layout keep(const LiveGpu& gpu, const Layout& wanted, bool used, Layout kept) {
  for (const LiveInstance& instance : gpu.instances) {
    const Slot* slot = gpu.layout.find(instance.placement);
    const bool surplus = kept.count(instance.profile) >= wanted.count(instance.profile);
    if (slot == nullptr || surplus || used == gpu.holders(instance).empty()) {
      continue;
    }
    if (const Result<Layout> more = kept.with_unchecked(*slot)) {
      kept = *more;
    }
  }
  return kept;
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

// The compute slices of each compute instance, ascending.
std::vector<int> compute_slices(const Profile& profile, const Slot& slot) {
  std::vector<int> slices;
  for (const ComputeSlot& compute : slot.compute()) {
    const ComputeProfile* kind = profile.find_compute(compute.profile);
    slices.push_back(kind != nullptr ? kind->compute_slices : 0);
  }
  std::ranges::sort(slices);
  return slices;
}

// `wanted` with the compute instances that exist, where they have the slices that are asked for:
// two CI profiles of one GI may have the same (16 or 26 SMs of 1g.20gb on an H100), and a format
// that counts slices means either.
Layout with_equal_compute(const Model& model, const Layout& from, const Layout& wanted) {
  Layout result;
  for (const Slot& slot : wanted.slots()) {
    const Slot* held = from.find(slot.placement());
    const Profile* profile = model.find(slot.profile());
    const bool same = held != nullptr && profile != nullptr && held->profile() == slot.profile() &&
                      compute_slices(*profile, *held) == compute_slices(*profile, slot);
    if (const Result<Layout> more = result.with_unchecked(same ? *held : slot)) {
      result = *more;
    }
  }
  return result;
}

// Where only the instances count and not their places: the places that harm nobody if there are
// such, and then those that change the least.
Result<GpuChange> change_to_any(const LiveGpu& gpu, const Model& model, const Layout& wanted,
                                const GpuChange& change) {
  GpuChange best;
  std::pair best_cost(SIZE_MAX, SIZE_MAX);
  const Layout used = keep(gpu, wanted, true, {});
  for (const Layout& anchor : {gpu.layout, keep(gpu, wanted, false, used), used}) {
    const Result<Layout> layout = settle(model, anchor, wanted);
    if (!layout) {
      return std::unexpected(with_gpu(gpu, layout.error()));
    }
    Result<GpuChange> one =
        change_to(gpu, model, with_equal_compute(model, gpu.layout, *layout), change);
    if (!one) {
      return one;
    }
    const std::pair cost(blocked_instances(gpu, model, *one).size(), one->transition.steps.size());
    if (cost < best_cost) {
      best = *std::move(one);
      best_cost = cost;
    }
  }
  return best;
}

Result<GpuChange> change_for(const LiveGpu& gpu, const Model& model, const GpuTarget& target) {
  GpuChange change = untouched(gpu);
  const MigMode wanted = target.mig_enabled ? MigMode::kEnabled : MigMode::kDisabled;
  if (gpu.mode != wanted || gpu.pending != wanted) {
    change.set_mode = target.mig_enabled;
    change.needs_reset = gpu.mode != wanted && model.mode_needs_reset;
  }
  if (!target.mig_enabled) {
    return change_to(gpu, model, Layout(), std::move(change));  // No instance outlives the mode.
  }
  if (target.mode_only) {
    return change;
  }
  return target.exact_placement ? change_to(gpu, model, target.layout, std::move(change))
                                : change_to_any(gpu, model, target.layout, change);
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
                                                   gpu->name + ", is not capable of MIG");
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
