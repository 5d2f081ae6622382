// The layouts that stay of --layouts.
#pragma once

#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/static_mix.h"
#include "sectile/fleet/trial.h"
#include "src/cli/simulation_demand.h"

namespace sectile::cli {

// For each model of the ground its own. `name`: "static", which plans them for the demand, of which
// so many instances would be there at once without a limit; the name of a strategy; or a layout.
// Fails as the planner and the reader of layouts do.
Result<std::vector<StaticLayout>> read_layouts(const TrialGround& ground,
                                               const SimulationDemand& demand, double under_way,
                                               const std::string& name);

}  // namespace sectile::cli
