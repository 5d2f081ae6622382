// Spread: which service gets which of the places that were cut, so that the loss of any one GPU
// leaves every service its rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sectile::fleet::internal {

inline constexpr int kNobody = -1;

// A place for one instance.
struct Place {
  std::size_t gpu = 0;
  std::size_t profile = 0;  // Of the ground.
  int service = kNobody;
};

struct SpreadRequest {
  // Of each service, of each profile of the ground.
  std::span<const std::vector<std::int64_t>> capacities;
  std::span<const std::int64_t> losable;  // What each service can do without.
  std::size_t gpus = 0;
};

// Exchanges the services of places of one profile until no GPU holds more of a service than it can
// do without, or no exchange of two improves it any more. Returns for each service how much too
// much the worst GPU holds of it: all 0 is what was wanted.
std::vector<std::int64_t> spread(std::vector<Place>& places, const SpreadRequest& request);

}  // namespace sectile::fleet::internal
