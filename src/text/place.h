// Turning lists of labels, with or without places, into a legal layout: what the notation,
// mig-parted's files and Sectile's own share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile::internal {

// A compute instance that is asked for.
struct ComputeItem {
  const ComputeProfile* profile = nullptr;
  std::optional<int> start;  // Compute slice in the GPU instance; absent: any.

  friend bool operator==(const ComputeItem&, const ComputeItem&) = default;
};

inline constexpr int kMaxItems =
    64;  // More than any GPU holds, so that what does not fit is explained.

// GPU instances that are asked for, all alike.
struct LayoutItem {
  const Profile* profile = nullptr;
  int count = 1;
  std::optional<int> start;                         // Memory slice; absent: any. Then count is 1.
  std::optional<std::vector<ComputeItem>> compute;  // Absent: the one that fills it.
};

// Fails with kInvalidArgument, naming what the model has, if `label` names none of its profiles.
Result<const Profile*> profile_by_label(const Model& model, std::string_view label);

// A GPU instance with these compute instances; places left open are searched for exactly. Fails
// with kUnsatisfiable or as Slot::with_compute() does.
Result<Slot> make_slot(const Profile& profile, int start, std::span<const ComputeItem> compute);

// Everything placed; places left open by plan/pack.h. Fails as can_add() does, with kUnsatisfiable
// in memory slices, and with kUnsatisfiable for more than kMaxItems instances.
Result<Layout> place(const Model& model, std::span<const LayoutItem> items);

}  // namespace sectile::internal
