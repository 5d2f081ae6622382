#include "sectile/plan/transition.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>

#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

bool needs_other(const Model& model, const Slot& slot) {
  return std::ranges::find(model.needs, slot.profile(), &Needs::profile) != model.needs.end();
}

// The instances in an order in which they can be created: by start, except that what needs another
// comes last.
std::vector<Slot> in_order(const Model& model, std::vector<Slot> slots) {
  std::ranges::stable_partition(slots, [&](const Slot& slot) { return !needs_other(model, slot); });
  return slots;
}

// The same instance, whatever compute instances it has.
const Slot* find_same(const Layout& layout, const Slot& slot) {
  const Slot* found = layout.find(slot.placement());
  return found != nullptr && found->profile() == slot.profile() ? found : nullptr;
}

bool has(const Slot& slot, const ComputeSlot& compute) {
  return std::ranges::find(slot.compute(), compute) != slot.compute().end();
}

Step step(StepKind kind, const Slot& slot, ComputeSlot compute = {}) {
  return {
      .kind = kind, .profile = slot.profile(), .placement = slot.placement(), .compute = compute};
}

// Steps for those compute instances of `slot` that `other` has not; nullptr has none.
void for_compute(std::vector<Step>& steps, StepKind kind, const Slot& slot, const Slot* other) {
  for (const ComputeSlot& compute : slot.compute()) {
    if (other == nullptr || !has(*other, compute)) {
      steps.push_back(step(kind, slot, compute));
    }
  }
}

void destroy(Transition& result, const Model& model, const Layout& from, const Layout& to) {
  for (const Slot& slot : from.slots()) {
    const Slot* next = find_same(to, slot);
    if (next == nullptr) {
      result.destroyed.push_back(slot);
    }
    for_compute(result.steps, StepKind::kDestroyCompute, slot, next);
  }
  for (const Slot& slot : in_order(model, result.destroyed) | std::views::reverse) {
    result.steps.push_back(step(StepKind::kDestroyInstance, slot));
  }
}

void create(Transition& result, const Model& model, const Layout& from, const Layout& to) {
  for (const Slot& slot : in_order(model, {to.slots().begin(), to.slots().end()})) {
    const Slot* before = find_same(from, slot);
    (before == nullptr ? result.created : result.kept).push_back(slot);
    if (before == nullptr) {
      result.steps.push_back(step(StepKind::kCreateInstance, slot));
    }
    for_compute(result.steps, StepKind::kCreateCompute, slot, before);
  }
}

Result<Slot> without_compute(const Profile& profile, const Slot& slot, const ComputeSlot& gone) {
  Slot result = Slot::bare(profile, slot.placement().start);
  for (const ComputeSlot& compute : slot.compute()) {
    if (compute == gone) {
      continue;
    }
    const Result<Slot> next = result.with_compute(profile, compute);
    if (!next) {
      return fail(next);
    }
    result = *next;
  }
  return result;
}

std::string name_of(const Profile& profile, const Placement& placement) {
  return profile.name + "@" + std::to_string(placement.start);
}

Result<Layout> after_destroy_instance(const Model& model, const Layout& layout,
                                      const Profile& profile, const Slot& slot) {
  if (!slot.compute().empty()) {
    return fail(ErrorCode::kBusy, name_of(profile, slot.placement()) + " still has " +
                                      std::to_string(slot.compute().size()) + " compute instances");
  }
  const Layout result = layout.without(slot.placement());
  // What is left must not need what went.
  if (const Status status = check(model, result); !status && check(model, layout)) {
    return fail(status);
  }
  return result;
}

Result<Layout> after_compute(const Layout& layout, const Profile& profile, const Slot& slot,
                             const Step& step) {
  const bool destroys = step.kind == StepKind::kDestroyCompute;
  if (destroys && !has(slot, step.compute)) {
    return fail(ErrorCode::kInvalidArgument,
                name_of(profile, slot.placement()) + " has no compute instance " +
                    to_string(step.compute.placement) + " of profile " +
                    std::to_string(step.compute.profile.value));
  }
  const Result<Slot> changed = destroys ? without_compute(profile, slot, step.compute)
                                        : slot.with_compute(profile, step.compute);
  if (!changed) {
    return fail(changed);
  }
  return layout.without(slot.placement()).with_unchecked(*changed);
}

}  // namespace

Result<Transition> transition(const Model& model, const Layout& from, const Layout& to) {
  if (const Status status = check(model, to); !status) {
    return fail(ErrorCode::kUnsatisfiable, status.error().message, status.error().next);
  }
  Transition result;
  destroy(result, model, from, to);
  create(result, model, from, to);
  std::ranges::sort(result.kept);
  std::ranges::sort(result.created);
  return result;
}

Result<Layout> after(const Model& model, const Layout& layout, const Step& step) {
  const Profile* profile = model.find(step.profile);
  if (profile == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                model.key + " has no profile " + std::to_string(step.profile.value));
  }
  if (step.kind == StepKind::kCreateInstance) {
    if (step.placement.size != profile->memory_slices) {
      return fail(ErrorCode::kInvalidArgument,
                  profile->name + " takes " + std::to_string(profile->memory_slices) +
                      " memory slices, not " + std::to_string(step.placement.size));
    }
    return layout.with(model, Slot::bare(*profile, step.placement.start));
  }
  const Slot* slot = layout.find(step.placement);
  if (slot == nullptr || slot->profile() != step.profile) {
    return fail(ErrorCode::kInvalidArgument,
                "there is no " + profile->name + " at " + to_string(step.placement));
  }
  if (step.kind == StepKind::kDestroyInstance) {
    return after_destroy_instance(model, layout, *profile, *slot);
  }
  return after_compute(layout, *profile, *slot, step);
}

}  // namespace sectile
