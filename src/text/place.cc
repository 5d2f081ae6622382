#include "src/text/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "sectile/geometry/fit.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/want.h"
#include "src/text/utf8.h"

namespace sectile::internal {
namespace {

std::string names(const Model& model) {
  std::string result;
  for (const Profile& profile : model.profiles) {
    result += (result.empty() ? "" : ", ") + profile.name;
  }
  return result;
}

// Depth first over the items in order, lowest start first; at most 8 items on at most 8 slices.
std::optional<Slot> place_compute(const Profile& profile, const Slot& slot,
                                  std::span<const ComputeItem> items) {
  if (items.empty()) {
    return slot;
  }
  const ComputeItem& item = items.front();
  for (const int start : free_compute_starts(profile, slot, *item.profile)) {
    if (item.start && *item.start != start) {
      continue;
    }
    const ComputeSlot added{.profile = item.profile->id,
                            .placement = {.start = start, .size = item.profile->compute_slices}};
    const Result<Slot> with = slot.with_compute(profile, added);
    if (!with) {
      continue;
    }
    if (const std::optional<Slot> done = place_compute(profile, *with, items.subspan(1))) {
      return done;
    }
  }
  return std::nullopt;
}

// A place is left to choose, or there is only one anyway: then the order of creation (Thor's is
// special) is left to the packer.
std::optional<int> fixed_start(const LayoutItem& item) {
  const bool only_place =
      item.profile->starts.size() == 1 && item.start == item.profile->starts.front();
  return only_place ? std::nullopt : item.start;
}

Result<Slot> slot_of(const LayoutItem& item, int start) {
  if (!item.compute) {
    return Slot(*item.profile, start);
  }
  return make_slot(*item.profile, start, *item.compute);
}

Result<Layout> place_fixed(const Model& model, std::span<const LayoutItem> items) {
  Layout layout;
  for (const LayoutItem& item : items) {
    const std::optional<int> start = fixed_start(item);
    if (!start) {
      continue;
    }
    const Result<Slot> slot = slot_of(item, *start);
    if (!slot) {
      return fail(slot);
    }
    const Result<Layout> with = layout.with(model, *slot);
    if (!with) {
      return fail(with);
    }
    layout = *with;
  }
  return layout;
}

// What the packer placed, with the compute instances that were asked for.
Result<Layout> with_compute(const Plan& plan, std::span<const LayoutItem> items,
                            std::span<const std::size_t> item_of_want) {
  Layout layout = plan.layouts.front();
  for (const Assignment& assignment : plan.assignments) {
    const LayoutItem& item = items[item_of_want[assignment.want]];
    if (!item.compute) {
      continue;
    }
    const Placement placement = assignment.slot.placement();
    const Result<Slot> slot = slot_of(item, placement.start);
    if (!slot) {
      return fail(slot);
    }
    const Result<Layout> with = layout.without(placement).with_unchecked(*slot);
    if (!with) {
      return fail(with);
    }
    layout = *with;
  }
  return layout;
}

}  // namespace

Result<const Profile*> profile_by_label(const Model& model, std::string_view label) {
  const std::vector<Choice> found =
      choices(model, Want{.what = ByProfile{.label = std::string(label)}, .name = {}});
  if (found.size() != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} has no profile '{}'", model.key, printable(label)),
                fmt::format("its profiles are {}", names(model)));
  }
  return found.front().profile;
}

Result<Slot> make_slot(const Profile& profile, int start, std::span<const ComputeItem> compute) {
  const std::optional<Slot> slot = place_compute(profile, Slot::bare(profile, start), compute);
  if (!slot) {
    int slices = 0;
    for (const ComputeItem& item : compute) {
      slices += item.profile->compute_slices;
    }
    return fail(ErrorCode::kUnsatisfiable,
                fmt::format("{} compute instances of {} compute slices in all have no place in a "
                            "{}, which has {} compute slices",
                            compute.size(), slices, profile.name, profile.compute_slices));
  }
  return *slot;
}

Result<Layout> place(const Model& model, std::span<const LayoutItem> items) {
  int total = 0;
  for (const LayoutItem& item : items) {
    total += item.count;
    if (item.count > kMaxItems || total > kMaxItems) {
      return fail(ErrorCode::kUnsatisfiable,
                  fmt::format("more than {} instances were asked for, and {} holds {}", kMaxItems,
                              model.key, model.max_instances));
    }
  }
  Result<Layout> fixed = place_fixed(model, items);
  if (!fixed) {
    return fixed;
  }
  std::vector<Want> wants;
  std::vector<std::size_t> item_of_want;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!fixed_start(items[i])) {
      wants.push_back({.count = items[i].count,
                       .what = ByProfile{.label = items[i].profile->name},
                       .name = {}});
      item_of_want.push_back(i);
    }
  }
  if (wants.empty()) {
    return fixed;
  }
  const std::array<PlanGpu, 1> gpu = {
      PlanGpu{.name = model.key, .model = &model, .kept = *fixed, .holders = {}}};
  const PackResult packed = pack(gpu, wants);
  if (!packed) {
    return fail(ErrorCode::kUnsatisfiable, packed.error().summary);
  }
  return with_compute(*packed, items, item_of_want);
}

}  // namespace sectile::internal
