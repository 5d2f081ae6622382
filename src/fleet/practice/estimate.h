// Estimate of what states are worth, from lessons: least squares, drawn towards what was believed.
#pragma once

#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "src/fleet/practice/lessons.h"

namespace sectile::internal {

class WorthEstimate {
 public:
  // What was learned before counts `memory` times as much as until now.
  void forget(double memory);
  void add(std::span<const Lesson> lessons);

  // [state]. `doubt`: how many lessons what was believed is worth, for each state.
  std::vector<double> solve(std::span<const double> believed, double doubt) const;

 private:
  struct Tally {
    double count = 0;
    double gain = 0;
  };
  std::map<std::array<StateNumber, 4>, Tally> tallies_;
};

}  // namespace sectile::internal
