#include "sectile/fleet/state_space.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

// A slot as a byte that is never zero: the profile's number, and one more than the start.
constexpr unsigned kStartBits = 4;
static_assert(kMaxMemorySlices < (1 << kStartBits));
static_assert(StateSpace::kMaxProfiles * (1U << kStartBits) <= 256 && kMaxGpuInstances == 8,
              "a layout must fit into 64 bits");

}  // namespace

std::optional<std::size_t> StateSpace::find_profile(ProfileId id) const {
  const auto found = std::ranges::find(profiles_, id, &Profile::id);
  if (found == profiles_.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - profiles_.begin());
}

// The slots in order of start, a byte each that is never zero.
std::optional<std::uint64_t> StateSpace::key_of(const Layout& layout) const {
  std::uint64_t key = 0;
  for (const Slot& slot : layout.slots()) {
    const std::optional<std::size_t> profile = find_profile(slot.profile());
    const int start = slot.placement().start;
    if (!profile || start < 0 || start >= kMaxMemorySlices) {
      return std::nullopt;
    }
    if (slot.placement().size != profiles_[*profile].memory_slices) {
      return std::nullopt;
    }
    const std::uint64_t byte = (*profile << kStartBits) | static_cast<std::uint64_t>(start + 1);
    key = (key << 8U) | byte;
  }
  return key;
}

StateNumber StateSpace::number_of(const Layout& layout) {
  const std::optional<std::uint64_t> key = key_of(layout);
  SECTILE_CHECK(key.has_value());
  const auto [found, added] = numbers_.try_emplace(*key, static_cast<StateNumber>(layouts_.size()));
  if (added) {
    layouts_.push_back(layout);
  }
  return found->second;
}

Result<StateSpace> StateSpace::of(const Model& model, const ProfileFilter& filter) {
  if (const Status valid = validate(model); !valid) {
    return fail(valid);
  }
  StateSpace space;
  space.model_ = model;
  for (const Profile& profile : model.profiles) {
    if (!filter || filter(profile)) {
      space.profiles_.push_back(profile);
    }
  }
  const std::size_t count = space.profiles_.size();
  if (count == 0 || count > kMaxProfiles) {
    return fail(ErrorCode::kInvalidArgument, model.key + ": " + std::to_string(count) +
                                                 " profiles to place; 1 to " +
                                                 std::to_string(kMaxProfiles) + " are possible");
  }
  if (const Status explored = space.explore(); !explored) {
    return fail(explored);
  }
  space.index_transitions();
  return space;
}

// All states that creating and destroying can lead to. Destroying matters: on Thor an instance may
// stay when the one is gone that it needed to be created.
Status StateSpace::explore() {
  number_of(Layout());
  for (std::size_t at = 0; at < layouts_.size(); ++at) {
    const Layout from = layouts_[at];
    for (const Profile& profile : profiles_) {
      for (const int start : free_starts(model_, from, profile)) {
        number_of(*from.with_unchecked(Slot(profile, start)));
      }
    }
    for (const Slot& slot : from.slots()) {
      number_of(from.without(slot.placement()));
    }
    if (layouts_.size() > kMaxStates) {
      return fail(ErrorCode::kInvalidArgument, model_.key + ": more than " +
                                                   std::to_string(kMaxStates) +
                                                   " layouts; choose fewer profiles");
    }
  }
  return {};
}

void StateSpace::index_transitions() {
  for (std::size_t profile = 0; profile < profiles_.size(); ++profile) {
    for (const Layout& from : layouts_) {
      first_.push_back(static_cast<std::uint32_t>(placings_.size()));
      for (const int start : free_starts(model_, from, profiles_[profile])) {
        placings_.push_back(
            {.start = static_cast<std::uint8_t>(start),
             .to = number_of(*from.with_unchecked(Slot(profiles_[profile], start)))});
      }
    }
  }
  first_.push_back(static_cast<std::uint32_t>(placings_.size()));
  released_.assign(layouts_.size() * profiles_.size() * kMaxMemorySlices, kNoState);
  for (std::size_t state = 0; state < layouts_.size(); ++state) {
    const Layout from = layouts_[state];
    free_.push_back(static_cast<std::uint8_t>(model_.memory_slices - std::popcount(from.used())));
    held_first_.push_back(static_cast<std::uint32_t>(held_.size()));
    for (const Slot& slot : from.slots()) {
      const std::optional<std::size_t> profile = find_profile(slot.profile());
      SECTILE_CHECK(profile.has_value());
      const auto start = static_cast<std::uint8_t>(slot.placement().start);
      held_.push_back({.profile = static_cast<std::uint8_t>(*profile), .start = start});
      released_[(state * profiles_.size() + *profile) * kMaxMemorySlices + start] =
          number_of(from.without(slot.placement()));
    }
  }
  held_first_.push_back(static_cast<std::uint32_t>(held_.size()));
}

StateNumber StateSpace::placed(std::size_t profile, int start, StateNumber state) const {
  for (const Placing& placing : placings(profile, state)) {
    if (placing.start == start) {
      return placing.to;
    }
  }
  return kNoState;
}

std::optional<StateNumber> StateSpace::find(const Layout& layout) const {
  const std::optional<std::uint64_t> key = key_of(layout);
  if (!key) {
    return std::nullopt;
  }
  const auto found = numbers_.find(*key);
  if (found == numbers_.end()) {
    return std::nullopt;
  }
  return found->second;
}

}  // namespace sectile
