// Lessons: what became of a placement, beside what became of another in its stead.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sectile/fleet/state_space.h"
#include "src/fleet/practice/course.h"

namespace sectile::internal {

// How the fleet after the one differs from the fleet after the other: in the states of at most two
// GPUs, and in how many GPUs can still take a profile.
struct Difference {
  // After the one: the GPU that was taken, and before. Then the same of the other.
  std::array<StateNumber, 4> states = {};
  // [profile]: steps of Belief, after the one and after the other; both 0 if they do not differ.
  std::array<std::uint8_t, StateSpace::kMaxProfiles> room = {};
  std::array<std::uint8_t, StateSpace::kMaxProfiles> other_room = {};

  friend auto operator<=>(const Difference&, const Difference&) = default;
};

struct Lesson {
  Difference difference = {};
  double gain = 0;  // Of the one over the other, from the next arrival on.
};

struct Taught {
  std::vector<Lesson> lessons = {};
  double moved = 0;  // Instances, as a part of what was accepted.
};

// Plays the course, and from every second arrival on also for `horizon` arrivals as if another
// choice had been made; what the fleets are believed to be worth then counts too.
Taught take_lessons(const StateSpace& space, const Conviction& conviction, const Rules& rules,
                    const Course& course, std::size_t horizon);

}  // namespace sectile::internal
