// Search: the fewest GPUs on which every service has a cover, by branch and price.
//
// The root's bound comes from prices alone and proves most answers. Where a gap is left, nodes
// divide on how many instances of a profile a service has, until nothing can be better or the
// effort is spent.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "src/fleet/service/cover.h"
#include "src/fleet/service/ground.h"

namespace sectile::fleet::internal {

struct Answer {
  bool found = false;
  std::vector<int> shaping;              // GPUs of each shape.
  std::vector<std::vector<int>> covers;  // For each service, instances of each profile.
  int gpus = 0;                          // Of the shaping.
  int bound = 0;  // No answer has fewer. kMaxServiceGpus + 1: none has as few as that, or none.
  int nodes = 0;  // Beyond the root.

  // Of the root: a proof of root_bound_nano, which rounds up to `bound` unless nodes raised it.
  std::vector<std::int64_t> prices;
  std::vector<std::int64_t> scarcities;
  std::vector<std::int64_t> cheapest;
  std::int64_t root_bound_nano = 0;
};

// Requires: each need has a capacity that is not 0.
Answer search(const Ground& ground, std::span<const CoverNeed> needs, int effort);

}  // namespace sectile::fleet::internal
