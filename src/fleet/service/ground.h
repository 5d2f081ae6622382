// Ground: the profiles that services may use, numbered, and the ways to cut a GPU into them.
//
// Where and on which GPU plays no part: a GPU of a model is as good as another, so the question is
// only how many GPUs are cut in each way. That is what makes it small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sectile/fleet/service.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile::fleet::internal {

inline constexpr std::int64_t kNano = 1'000'000'000;  // Prices are in billionths of a GPU.

// A way to cut a GPU to which nothing can be added, and that no other contains.
struct Shape {
  std::size_t supply = 0;   // Whose GPU: index into Ground::supplies.
  std::vector<int> counts;  // Of each profile of the ground.
  Layout layout;
};

struct GroundProfile {
  std::size_t supply = 0;
  const Profile* profile = nullptr;
};

struct Ground {
  std::vector<GpuSupply> supplies;
  std::vector<GroundProfile> profiles;
  std::vector<Shape> shapes;

  // Index of the profile; profiles.size() if it takes no part.
  std::size_t find(const Model& model, ProfileId id) const;
};

// The profiles that an option uses.
Ground make_ground(std::span<const GpuSupply> supplies, std::span<const ServiceOption> options);

}  // namespace sectile::fleet::internal
