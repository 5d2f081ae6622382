// Scarcity: what a fleet lacks the more, the fewer of its GPUs can still take a profile.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sectile/fleet/state_space.h"

namespace sectile::internal {

// A bit for each profile of a StateSpace, which has 16 at most.
using ProfileSet = std::uint16_t;
// [profile]: GPUs that can take it. All are counted at once, whether they change or not: no branch
// has to be guessed.
using Room = std::array<std::uint32_t, StateSpace::kMaxProfiles>;

// So many GPUs of which each took the one take the other.
inline void change_room(Room& room, const Room& from, const Room& to, std::uint32_t gpus = 1) {
  for (std::size_t profile = 0; profile < room.size(); ++profile) {
    room[profile] += gpus * (to[profile] - from[profile]);
  }
}

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
  explicit Scarcity(std::vector<std::vector<float>> lack);

  bool empty() const { return lack_.empty(); }

  // All that is lacked.
  float of(const Room& room) const;

  // How much more is lacked if one GPU can take these no more. Requires: one can, and there are
  // none if empty().
  float of_closing(ProfileSet closed, const Room& room) const {
    float more = 0;
    for_each_profile(closed,
                     [&](std::size_t profile) { more += at(price_[profile], room[profile]); });
    return more;
  }

  // The least of of_closing() for any room.
  float least(ProfileSet closed) const;

  // How much more is lacked with the one than with the other.
  float of_change(const Room& before, const Room& after) const;

  std::size_t memory_bytes() const;

 private:
  // [GPUs]; the last figure holds beyond.
  using Row = std::vector<float>;

  static float at(const Row& row, std::uint32_t gpus) {
    return row[std::min<std::size_t>(gpus, row.size() - 1)];
  }

  std::vector<Row> lack_;   // [profile]
  std::vector<Row> price_;  // [profile]; what is lacked more with one GPU less.
};

}  // namespace sectile::internal
