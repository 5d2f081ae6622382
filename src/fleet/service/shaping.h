// Shaping: how many GPUs to cut in each way so that given numbers of instances have a place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "src/fleet/service/ground.h"

namespace sectile::fleet::internal {

struct ShapingRequest {
  std::span<const int> counts;           // Instances of each profile of the ground.
  std::span<const int> begun;            // GPUs of each shape to begin with, good or bad.
  std::span<const std::int64_t> prices;  // Of each profile, no shape worth more than kNano.
  int gpus_max = 0;
};

// GPUs of each shape, at most gpus_max together and as many of each model as there are. Absent if
// that cannot be completed from `begun`, or was not found within a fixed number of steps.
std::optional<std::vector<int>> find_shaping(const Ground& ground, const ShapingRequest& request);

}  // namespace sectile::fleet::internal
