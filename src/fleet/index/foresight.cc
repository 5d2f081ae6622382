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
// Worth of a place that one instance stands in. Between 0.1 and 0.3 the outcome hardly differs.
constexpr double kDecay = 0.18;
// Rare profiles count a little less, and those that nobody asks for not at all.
constexpr double kShareExponent = 0.1;
// 4g may take the lower half of an A100 only, 3g either. Of two such profiles the one with fewer
// places yields: its own are priced lower, unless it is asked for more often than the other. Small
// instances then fill lower halves, where they waste nothing, and leave upper ones to 3g.
constexpr double kYielding = 0.5;
constexpr double kMoreOften = 1.1;

// How many instances must leave before the profile can be placed there.
int in_the_way(const StateSpace& space, StateNumber state, std::size_t profile, int start) {
  const Placement window = space.profiles()[profile].at(start);
  const auto slots = space.layout(state).slots();
  const auto overlapping = std::ranges::count_if(
      slots, [&](const Slot& slot) { return slot.placement().overlaps(window); });
  if (overlapping > 0) {
    return static_cast<int>(overlapping);
  }
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

bool yields(const StateSpace& space, std::size_t profile, std::span<const double> shares) {
  const Profile& narrow = space.profiles()[profile];
  for (std::size_t other = 0; other < shares.size(); ++other) {
    const Profile& wide = space.profiles()[other];
    if (wide.memory_slices == narrow.memory_slices && wide.starts.size() > narrow.starts.size() &&
        std::ranges::includes(wide.starts, narrow.starts) &&
        shares[profile] <= kMoreOften * shares[other]) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<float> foresight_potentials(const StateSpace& space, std::span<const double> shares) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<double> sums(space.size());
  for (std::size_t profile = 0; profile < shares.size(); ++profile) {
    const double share =
        total > 0 ? shares[profile] / total : 1.0 / static_cast<double>(shares.size());
    const double size = static_cast<double>(space.profiles()[profile].memory_slices) /
                        static_cast<double>(space.model().memory_slices);
    const double price = std::pow(size, kPriceExponent) * std::pow(share, kShareExponent) *
                         (yields(space, profile, shares) ? kYielding : 1);
    if (price <= 0) {
      continue;
    }
    for (std::size_t state = 0; state < space.size(); ++state) {
      sums[state] -= price * worth(space, static_cast<StateNumber>(state), profile);
    }
  }
  // Rounded once, so that states that are worth the same stay equal.
  std::vector<float> result;
  result.reserve(sums.size());
  for (const double sum : sums) {
    result.push_back(static_cast<float>(sum));
  }
  return result;
}

}  // namespace sectile::internal
