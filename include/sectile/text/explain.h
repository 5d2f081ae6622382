// Explanations for people of what the planner decided: plan's data in sentences.
//
// Lines of at most 80 columns, each ending with a newline. GPUs and wants are those that were
// given to the planner. Pure functions; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sectile/geometry/model.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/strategy.h"
#include "sectile/plan/transition.h"
#include "sectile/plan/want.h"

namespace sectile {

// How many GPUs and why not fewer; for each instance where it is and why there; what stays idle.
// Requires: the plan was made for `gpus` and `wants`.
std::string explain(const Plan& plan, std::span<const PlanGpu> gpus, std::span<const Want> wants);

// What is missing, who holds it, and the nearest layouts that fit, with how near they are.
// Requires: as above.
std::string explain(const Infeasible& infeasible, std::span<const PlanGpu> gpus,
                    std::span<const Want> wants);

// What is kept, destroyed and created on the GPU of that name, then the steps in order. Empty for
// an empty transition.
std::string explain(const Transition& transition, const Model& model, std::string_view gpu);

// The layout that a strategy cuts, and its reasons.
std::string explain(const StrategyResult& result, const Model& model, Strategy strategy);

}  // namespace sectile
