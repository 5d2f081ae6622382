// Course: what a small fleet is run on, and what counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sectile/fleet/state_space.h"
#include "src/fleet/practice/arena.h"

namespace sectile::internal {

// The same for whoever plays it.
struct Arrival {
  double time = 0;      // In mean lifetimes.
  double lifetime = 0;  // Likewise.
  std::uint8_t profile = 0;
};

// What counts, and what is allowed.
struct Rules {
  std::size_t gpus = 0;
  std::vector<double> reward = {};  // [profile], for each that is accepted.
  double moves_max = 0;             // As a part of what is accepted.
  double move_price = 0;
  float worth_a_move = 0;  // See MovePolicy::after_refusal.
};

struct Course {
  std::vector<Arrival> arrivals = {};
  std::size_t warm_up = 0;  // Arrivals that do not count.
  std::uint64_t seed = 0;   // That it was drawn by.
};

// `rate`: arrivals in a mean lifetime. Requires: shares as for WeightedChoice, rate > 0.
Course draw_course(std::span<const double> shares, double rate, std::size_t arrivals,
                   std::uint64_t seed);

// A fleet on its way through a course.
class Player {
 public:
  Player(const StateSpace& space, const Conviction& conviction, const Rules& rules)
      : rules_(&rules), arena_(space, conviction, rules.gpus) {}

  const Arena& arena() const { return arena_; }
  // Instances, as a part of what was accepted.
  double moved() const;
  void leave_until(double time) { arena_.leave_until(time); }

  // What was gained by it, less what a move cost.
  double meet(const Arrival& arrival);
  // The same for an instance that goes there, whatever the conviction says.
  double place(const Arrival& arrival, const Option& option);

 private:
  bool may_move(double part) const;

  const Rules* rules_;
  Arena arena_;
  std::size_t accepted_ = 0;
  std::size_t moves_ = 0;
};

// What is gained by the conviction, as a part of what could be.
double play(const StateSpace& space, const Conviction& conviction, const Rules& rules,
            const Course& course);

}  // namespace sectile::internal
