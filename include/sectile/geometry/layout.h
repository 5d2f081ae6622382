// Layout: the GPU instances placed on one GPU, with the compute instances inside each.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"
#include "sectile/geometry/placement.h"
#include "sectile/geometry/profile.h"

namespace sectile {

inline constexpr std::size_t kMaxGpuInstances = 8;      // On one GPU, by the kernel driver.
inline constexpr std::size_t kMaxComputeInstances = 8;  // In one GPU instance, likewise.

// A bit per memory slice of one GPU; bit 0 is slice 0.
using SliceMask = std::uint16_t;

constexpr SliceMask slice_mask(const Placement& placement) {
  return static_cast<SliceMask>(((1U << placement.size) - 1U) << placement.start);
}

// A compute instance inside a GPU instance.
struct ComputeSlot {
  ComputeProfileId profile;
  Placement placement;  // In compute slices of the GPU instance.

  friend constexpr auto operator<=>(const ComputeSlot&, const ComputeSlot&) = default;
};

// A GPU instance of a layout.
class Slot {
 public:
  Slot() = default;
  // With the one compute instance that fills it.
  Slot(const Profile& profile, int start);
  // Without any compute instance.
  static Slot bare(const Profile& profile, int start);

  ProfileId profile() const { return profile_; }
  const Placement& placement() const { return placement_; }  // In memory slices.
  std::span<const ComputeSlot> compute() const { return {compute_.data(), compute_count_}; }

  // This slot with one more compute instance, kept in order of start. Fails with kInvalidArgument
  // if `profile` has no such CI profile or placement, and with kUnsatisfiable if its compute
  // slices are taken or its count is reached. Requires: profile.id == this->profile().
  Result<Slot> with_compute(const Profile& profile, ComputeSlot added) const;

  friend auto operator<=>(const Slot&, const Slot&) = default;

 private:
  Placement placement_;  // First, so that slots compare in order of start.
  ProfileId profile_;
  std::size_t compute_count_ = 0;
  std::array<ComputeSlot, kMaxComputeInstances> compute_{};  // Unused tail stays default, for ==.
};

// A value: it owns no handle and knows no driver, and changing a copy leaves the original alone.
// Slots are held inline, so copying a layout never allocates. Thread-compatible.
//
// Invariant: slots do not overlap and are sorted by start. Whether they are legal on a model is
// what fit.h knows; with() asks it.
class Layout {
 public:
  // An empty GPU.
  Layout() = default;

  // This layout with one more slot. Fails as can_add() of fit.h does.
  Result<Layout> with(const Model& model, const Slot& slot) const;

  // The same without asking whether it is legal: for layouts read from a driver, which knows
  // better than any table. Fails with kInvalidArgument on overlap or on more than 8 slots.
  Result<Layout> with_unchecked(const Slot& slot) const;

  // This layout without the slot at `placement`. Requires: there is one.
  Layout without(const Placement& placement) const;

  // In order of start. Valid while this layout lives.
  std::span<const Slot> slots() const { return {slots_.data(), count_}; }
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }

  // nullptr if no slot has exactly this placement.
  const Slot* find(const Placement& placement) const;

  SliceMask used() const;  // The memory slices that are held.
  int count(ProfileId profile) const;

  // One character per memory slice: a letter for each slot in order, a dot for a free one.
  // "aaaabb.." is 0:4 and 4:2 on a GPU of 8.
  std::string diagram(int memory_slices) const;

  friend auto operator<=>(const Layout&, const Layout&) = default;

 private:
  std::size_t count_ = 0;
  std::array<Slot, kMaxGpuInstances> slots_{};  // Unused tail stays default, for ==.
};

}  // namespace sectile
