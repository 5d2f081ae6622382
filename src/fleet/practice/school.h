// School: the small fleets, loads and tests of practise().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sectile/fleet/practice.h"
#include "sectile/fleet/state_space.h"
#include "src/fleet/practice/belief.h"
#include "src/fleet/practice/course.h"
#include "src/fleet/practice/lessons.h"

namespace sectile::internal {

class School {
 public:
  // The references must outlive it. `shares`, of the profiles, add up to 1.
  School(const StateSpace& space, const Practice& practice, std::vector<double> shares,
         const Spread& spread);

  // As Rule::kForesight has it, in units of what counts here.
  Belief by_formula() const;
  // What a fleet of that many GPUs goes by. In a larger one chance counts for less, as the root of
  // its size: scarcity begins at more GPUs, and ends at as many more.
  Preference preference(const Belief& belief, std::size_t gpus) const;

  // What a move after a refusal must better the fleet by, if a move costs so many slices.
  float worth_a_move(double move_price) const;
  // Of a fleet that is placed by that, from arrivals of the round's own.
  std::vector<Taught> lessons(const Belief& belief, int round, double move_price) const;
  // How much it is given of what is asked for, from arrivals that are never in a lesson. The price
  // says only which moves are made.
  double test(const Belief& belief, double move_price) const;

 private:
  Conviction convinced(const Belief& belief, std::size_t gpus) const;
  std::size_t lesson_gpus() const;
  double unit() const;  // The formula counts in instances that take all of a GPU; so does all else.
  std::uint64_t seed(std::size_t round, std::size_t part) const;
  std::size_t arrivals(double rate, double lifetimes) const;
  double rate_for(const Conviction& conviction, double accepted) const;

  const StateSpace& space_;
  const Practice& practice_;
  const Spread& spread_;
  std::vector<double> shares_;
  Rules rules_ = {};
  std::vector<double> rates_ = {};  // Of the parts of a round: arrivals in a mean lifetime.
  std::vector<Course> tests_ = {};
};

}  // namespace sectile::internal
