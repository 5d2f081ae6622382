// Matching: which instance that must leave goes to which free place.
#pragma once

#include <span>
#include <vector>

#include "sectile/fleet/compact.h"

namespace sectile::fleet::program {

// `targets`: what each GPU may hold at most. Instances in use that their GPU's target lacks move to
// places of other targets (or of their own) with nothing in use; same model, tenant and profile. Of
// all ways to do so one that stays on the node most often and waits for other moves least often.
// Waves are not set. Fails with kFailed if there is not a place for each.
Result<std::vector<Move>> match(std::span<const FleetGpu> fleet, std::span<const Layout> targets);

// The instance as it would be at another start: with the same compute instances.
Slot moved(const Model& model, const Slot& slot, int start);

}  // namespace sectile::fleet::program
