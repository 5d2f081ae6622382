// From counts back to GPUs with names: who gets which layout, and which instance serves whom.
#pragma once

#include <span>

#include "sectile/fleet/plan.h"
#include "src/fleet/program/program.h"
#include "src/fleet/program/question.h"

namespace sectile::fleet::program {

// Fills the plan's gpus, bought and wants. What exists and is idle serves before anything is
// created, and nothing is created that serves nobody. Requires: the solution is feasible.
void realise(std::span<const FleetGpu> fleet, const Question& question, const Solution& solution,
             FleetPlan& plan);

}  // namespace sectile::fleet::program
