#include "src/fleet/index/foresight.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace sectile::internal {
namespace {

// Large instances are hard to find room for, far beyond their size: the price grows with the square
// of it. Between 1.5 and 3 the outcome hardly differs.
constexpr double kPriceExponent = 2;
// Worth of a place that one instance stands in. Between 0.05 and 0.3 the outcome hardly differs.
constexpr double kDecay = 0.18;
// Rare profiles count less, but not in proportion.
constexpr double kShareExponent = 0.25;

// How many instances must leave before the profile can be placed there.
int in_the_way(const StateSpace& space, StateNumber state, std::size_t profile, int start) {
  const Placement window = space.profiles()[profile].at(start);
  const auto slots = space.layout(state).slots();
  const auto overlapping = std::ranges::count_if(
      slots, [&](const Slot& slot) { return slot.placement().overlaps(window); });
  if (overlapping > 0) return static_cast<int>(overlapping);
  // Free slices that may not be used: somebody else holds the engines or the count.
  return space.placed(profile, start, state) == kNoState ? 1 : 0;
}

double worth(const StateSpace& space, StateNumber state, std::size_t profile) {
  double sum = 0;
  for (const int start : space.profiles()[profile].starts) {
    sum += std::pow(kDecay, in_the_way(space, state, profile, start));
  }
  return sum;
}

}  // namespace

std::vector<float> foresight_potentials(const StateSpace& space, std::span<const double> shares) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<float> result(space.size());
  for (std::size_t profile = 0; profile < shares.size(); ++profile) {
    const double share =
        total > 0 ? shares[profile] / total : 1.0 / static_cast<double>(shares.size());
    const double size = static_cast<double>(space.profiles()[profile].memory_slices) /
                        static_cast<double>(space.model().memory_slices);
    const double price = std::pow(size, kPriceExponent) * std::pow(share, kShareExponent);
    if (price <= 0) continue;
    for (std::size_t state = 0; state < space.size(); ++state) {
      result[state] -=
          static_cast<float>(price * worth(space, static_cast<StateNumber>(state), profile));
    }
  }
  return result;
}

}  // namespace sectile::internal
