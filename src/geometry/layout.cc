#include "sectile/geometry/layout.h"

#include <algorithm>
#include <string>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"

namespace sectile {

Slot::Slot(const Profile& profile, int start) : Slot(bare(profile, start)) {
  const ComputeProfile& full = profile.full_compute();
  compute_[0] = {.profile = full.id, .placement = full.placements.front()};
  compute_count_ = 1;
}

Slot Slot::bare(const Profile& profile, int start) {
  Slot slot;
  slot.placement_ = profile.at(start);
  slot.profile_ = profile.id;
  return slot;
}

Result<Slot> Slot::with_compute(const Profile& profile, ComputeSlot added) const {
  SECTILE_CHECK(profile.id == profile_);
  const ComputeProfile* kind = profile.find_compute(added.profile);
  if (kind == nullptr ||
      std::ranges::find(kind->placements, added.placement) == kind->placements.end()) {
    return fail(ErrorCode::kInvalidArgument, profile.name + " offers no compute instance profile " +
                                                 std::to_string(added.profile.value) +
                                                 " at compute slices " +
                                                 to_string(added.placement));
  }
  const std::vector<int> starts = free_compute_starts(profile, *this, *kind);
  if (std::ranges::find(starts, added.placement.start) == starts.end()) {
    return fail(ErrorCode::kUnsatisfiable, "no room for " + kind->name + " at compute slices " +
                                               to_string(added.placement) + " of its GPU instance");
  }
  Slot result = *this;
  SECTILE_CHECK(result.compute_count_ < kMaxComputeInstances);
  result.compute_[result.compute_count_++] = added;
  std::ranges::sort(std::span(result.compute_).first(result.compute_count_), {},
                    &ComputeSlot::placement);
  return result;
}

Result<Layout> Layout::with(const Model& model, const Slot& slot) const {
  if (const Status status = can_add(model, *this, slot); !status) {
    return fail(status);
  }
  return with_unchecked(slot);
}

Result<Layout> Layout::with_unchecked(const Slot& slot) const {
  const Placement& placement = slot.placement();
  // Subtract rather than add: a caller's size may be near INT_MAX.
  if (placement.start < 0 || placement.size < 1 ||
      placement.start > kMaxMemorySlices - placement.size) {
    return fail(ErrorCode::kInvalidArgument,
                "placement " + to_string(placement) + " leaves every GPU there is");
  }
  for (const Slot& held : slots()) {
    if (held.placement().overlaps(placement)) {
      return fail(ErrorCode::kInvalidArgument,
                  "placement " + to_string(placement) + " overlaps " + to_string(held.placement()));
    }
  }
  if (count_ == kMaxGpuInstances) {
    return fail(ErrorCode::kInvalidArgument,
                "more than " + std::to_string(kMaxGpuInstances) + " GPU instances on one GPU");
  }
  Layout result = *this;
  result.slots_[result.count_++] = slot;
  std::ranges::sort(std::span(result.slots_).first(result.count_));
  return result;
}

Layout Layout::without(const Placement& placement) const {
  SECTILE_CHECK(find(placement) != nullptr);
  Layout result;
  for (const Slot& slot : slots()) {
    if (slot.placement() != placement) {
      result.slots_[result.count_++] = slot;
    }
  }
  return result;
}

const Slot* Layout::find(const Placement& placement) const {
  const auto found = std::ranges::find(slots(), placement, &Slot::placement);
  return found == slots().end() ? nullptr : &*found;
}

SliceMask Layout::used() const {
  SliceMask mask = 0;
  for (const Slot& slot : slots()) {
    mask = static_cast<SliceMask>(mask | slice_mask(slot.placement()));
  }
  return mask;
}

int Layout::count(ProfileId profile) const {
  return static_cast<int>(std::ranges::count(slots(), profile, &Slot::profile));
}

std::string Layout::diagram(int memory_slices) const {
  SECTILE_CHECK(memory_slices >= 0);
  std::string cells(static_cast<std::size_t>(memory_slices), '.');
  char letter = 'a';
  for (const Slot& slot : slots()) {
    const int end = std::min(slot.placement().end(), memory_slices);
    for (int slice = slot.placement().start; slice < end; ++slice) {
      cells[static_cast<std::size_t>(slice)] = letter;
    }
    ++letter;
  }
  return cells;
}

}  // namespace sectile
