// Estimate of what states are worth, from lessons: least squares, drawn towards what was believed.
#pragma once

#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "src/fleet/practice/belief.h"
#include "src/fleet/practice/lessons.h"

namespace sectile::internal {

class BeliefEstimate {
 public:
  // What was learned before counts `memory` times as much as until now.
  void forget(double memory);
  void add(std::span<const Lesson> lessons);

  // In how many units of what was gained the belief fits best; 1 if it says nothing.
  double scale(const Belief& believed) const;

  // `doubt`: how many lessons what was believed is worth, for each figure.
  Belief solve(const Belief& believed, double doubt) const;

 private:
  struct Tally {
    double count = 0;
    double gain = 0;
  };
  std::map<Difference, Tally> tallies_;
};

}  // namespace sectile::internal
