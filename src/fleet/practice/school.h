// School: the small fleets, loads and tests of practise().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sectile/fleet/practice.h"
#include "sectile/fleet/state_space.h"
#include "src/fleet/practice/course.h"
#include "src/fleet/practice/lessons.h"

namespace sectile::internal {

class School {
 public:
  // The references must outlive it. `shares`, of the profiles, add up to 1.
  School(const StateSpace& space, const Practice& practice, std::vector<double> shares,
         const Spread& spread);

  // [state], as Rule::kForesight has it, in units of what counts here.
  std::vector<double> by_formula() const;
  // The formula counts in instances that take all of a GPU; so does this.
  std::vector<float> lacks(std::span<const double> worth) const;

  // Of a fleet that is placed by that worth, from arrivals of the round's own.
  std::vector<std::vector<Lesson>> lessons(std::span<const double> worth, int round) const;
  // How much it is given of what is asked for, from arrivals that are never in a lesson.
  double test(std::span<const double> worth) const;

 private:
  Conviction convinced(std::span<const double> worth) const;
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
