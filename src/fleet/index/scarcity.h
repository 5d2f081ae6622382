// Scarcity: what a fleet lacks the more, the fewer of its GPUs can still take a profile.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace sectile::internal {

// A bit for each profile of a StateSpace, which has 16 at most.
using ProfileSet = std::uint16_t;
// [profile]: GPUs that can take it.
using Room = std::vector<std::uint32_t>;

// A GPU that could take the one, and then the other.
struct RoomChange {
  ProfileSet from = 0;
  ProfileSet to = 0;
};

template <typename Function>
void for_each_profile(unsigned profiles, Function function) {
  for (; profiles != 0; profiles &= profiles - 1) {
    function(static_cast<std::size_t>(std::countr_zero(profiles)));
  }
}

class Scarcity {
 public:
  Scarcity() = default;
  // As Preference::scarcity. Requires: no row is empty.
  explicit Scarcity(std::vector<std::vector<float>> lack) : lack_(std::move(lack)) {}

  bool empty() const { return lack_.empty(); }

  // All that is lacked.
  float of(const Room& room) const;

  // How much more is lacked if one GPU can take these no more. Requires: one can.
  float of_closing(ProfileSet closed, const Room& room) const {
    float more = 0;
    if (!empty()) {
      for_each_profile(closed, [&](std::size_t profile) {
        more += at(profile, room[profile] - 1) - at(profile, room[profile]);
      });
    }
    return more;
  }

  // How much more is lacked after that.
  float of_changes(std::span<const RoomChange> changes, const Room& room) const;

  std::size_t memory_bytes() const;

 private:
  float at(std::size_t profile, std::uint32_t gpus) const {
    const std::vector<float>& row = lack_[profile];
    return row[std::min<std::size_t>(gpus, row.size() - 1)];
  }

  std::vector<std::vector<float>> lack_;  // [profile][GPUs]; the last figure holds beyond.
};

}  // namespace sectile::internal
