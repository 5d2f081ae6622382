#include "src/fleet/service/ground.h"

#include <algorithm>

#include "sectile/geometry/enumerate.h"

namespace sectile::fleet::internal {
namespace {

// Appends the shapes of one supply. Requires: its profiles are in the ground.
void add_shapes(Ground& ground, std::size_t supply) {
  const Model& model = *ground.supplies[supply].model;
  const auto takes_part = [&](const Profile& profile) {
    return ground.find(model, profile.id) < ground.profiles.size();
  };
  std::vector<Shape> all;
  for (const Layout& layout : maximal_layouts(model, takes_part)) {
    Shape shape{.supply = supply, .counts = {}, .layout = layout};
    shape.counts.resize(ground.profiles.size(), 0);
    for (const Slot& slot : layout.slots()) {
      ++shape.counts[ground.find(model, slot.profile())];
    }
    const bool known = std::ranges::find(all, shape.counts, &Shape::counts) != all.end();
    if (!known) {
      all.push_back(std::move(shape));
    }
  }
  const auto contained = [&](const Shape& shape) {
    return std::ranges::any_of(all, [&](const Shape& other) {
      return other.counts != shape.counts &&
             std::ranges::equal(shape.counts, other.counts, std::ranges::less_equal());
    });
  };
  for (const Shape& shape : all) {
    if (!shape.layout.empty() && !contained(shape)) {
      ground.shapes.push_back(shape);
    }
  }
}

bool is_used(const Model& model, const Profile& profile, std::span<const ServiceOption> options) {
  return std::ranges::any_of(options, [&](const ServiceOption& option) {
    return option.model == &model && option.profile == profile.id;
  });
}

void add_profiles(Ground& ground, std::size_t supply, std::span<const ServiceOption> options) {
  const Model& model = *ground.supplies[supply].model;
  for (const Profile& profile : model.profiles) {
    if (is_used(model, profile, options)) {
      ground.profiles.push_back({.supply = supply, .profile = &profile});
    }
  }
}

}  // namespace

std::size_t Ground::find(const Model& model, ProfileId id) const {
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    if (profiles[i].profile->id == id && supplies[profiles[i].supply].model == &model) {
      return i;
    }
  }
  return profiles.size();
}

Ground make_ground(std::span<const GpuSupply> supplies, std::span<const ServiceOption> options) {
  Ground ground{.supplies = {supplies.begin(), supplies.end()}, .profiles = {}, .shapes = {}};
  for (std::size_t s = 0; s < supplies.size(); ++s) {
    add_profiles(ground, s, options);
  }
  for (std::size_t s = 0; s < supplies.size(); ++s) {
    add_shapes(ground, s);
  }
  return ground;
}

}  // namespace sectile::fleet::internal
