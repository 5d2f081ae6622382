// Judge: whether what a run left behind is what was promised.
#pragma once

#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "tests/faults/world.h"

namespace sectile::faults {

// What is wrong after a change that gave `outcome`; empty if nothing is. `outcome`'s node must be
// old or new, or named exactly; what is in use, and what both layouts have, must be untouched.
std::vector<std::string> judge_change(const World& world, const Status& outcome);

// The same after repair, by when nothing fails any more: old or new, and nothing else.
std::vector<std::string> judge_repair(const World& world, const Status& outcome);

// Whether the error says that nothing is left to do but a reset.
bool waits_for_reset(const Error& error);

}  // namespace sectile::faults
