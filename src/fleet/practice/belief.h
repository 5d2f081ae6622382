// Belief: what a fleet is believed to be worth, by the states of its GPUs and by how many of them
// can still take each profile.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sectile::internal {

// How many GPUs there are matters less the more there are: each up to 7, then two steps for each
// doubling, and from 23 on no more.
inline constexpr std::size_t kRoomSteps = 12;
inline constexpr std::array<std::uint32_t, kRoomSteps> kRoomStepFrom = {0, 1, 2, 3,  4,  5,
                                                                        6, 7, 8, 12, 16, 23};

inline std::size_t room_step(std::uint32_t gpus) {
  const auto* const beyond = std::ranges::upper_bound(kRoomStepFrom, gpus);
  return static_cast<std::size_t>(beyond - kRoomStepFrom.begin()) - 1;
}

// All in one row: a worth for each state, then for each profile the steps of its room.
class Belief {
 public:
  Belief() = default;
  // Worth nothing.
  Belief(std::size_t states, std::size_t profiles)
      : states_(states), values_(states + profiles * kRoomSteps) {}

  static std::size_t at_room(std::size_t states, std::size_t profile, std::size_t step) {
    return states + profile * kRoomSteps + step;
  }

  std::size_t states() const { return states_; }
  std::size_t profiles() const { return (values_.size() - states_) / kRoomSteps; }
  double room(std::size_t profile, std::size_t step) const {
    return values_[at_room(states_, profile, step)];
  }
  std::vector<double>& values() { return values_; }
  const std::vector<double>& values() const { return values_; }

 private:
  std::size_t states_ = 0;
  std::vector<double> values_;
};

}  // namespace sectile::internal
