// The potential behind Rule::kForesight: what a GPU's state is worth to those who have not come
// yet. docs/decisions/0011-foresight.md says where the form and the figures come from.
#pragma once

#include <span>
#include <vector>

#include "sectile/fleet/state_space.h"

namespace sectile::internal {

// [state]; smaller is better. For each profile that is asked for, each place that is free counts
// as the profile's price, and one that k instances stand in as price * kDecay^k: they will leave.
// Requires: as make_rule_table().
std::vector<float> foresight_potentials(const StateSpace& space, std::span<const double> shares);

}  // namespace sectile::internal
