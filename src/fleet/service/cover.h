// Cover: how many instances of each profile give a service its rate, at the least price.
//
// A knapsack turned round, in integers: exact, and if it would take too long, honest about it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sectile::fleet::internal {

inline constexpr int kMaxInstances = 1 << 16;  // Of one service and profile.

// What a service needs of a set of profiles, which are numbered from 0.
struct CoverNeed {
  std::int64_t target = 0;               // Positive.
  std::vector<std::int64_t> capacities;  // Of one instance of each profile; 0: of no use.
  bool spare = false;                    // The target holds also without any one instance.
  std::int64_t total = 0;                // What all instances together give at least.

  bool met_by(std::span<const int> counts) const;
};

// How many instances of each profile a cover may have.
struct CoverLimits {
  std::span<const int> least;
  std::span<const int> most;
};

struct Cover {
  bool exists = false;
  std::vector<int> counts;  // Of each profile; the cheapest that was found.
  std::int64_t price = 0;   // Of `counts`.
  std::int64_t bound = 0;   // No cover is cheaper. Equal to `price` unless the search gave up.
};

// The cheapest cover at `prices` (not negative) within the limits. Requires: spans of one size.
Cover cheapest_cover(const CoverNeed& need, std::span<const std::int64_t> prices,
                     const CoverLimits& limits);

}  // namespace sectile::fleet::internal
