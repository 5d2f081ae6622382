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
  std::span<const std::int64_t> targets;  // Of each service, whichever GPU is lost.
  std::size_t gpus = 0;
};

// Exchanges the services of places of one profile, and gives places that nobody has to services in
// need, until every service has its target without any one GPU, or no such step improves it any
// more. Then takes back what nobody needs. Returns for each service how much it lacks when the
// worst GPU is lost: all 0 is what was wanted.
std::vector<std::int64_t> spread(std::vector<Place>& places, const SpreadRequest& request);

}  // namespace sectile::fleet::internal
