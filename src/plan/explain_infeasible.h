// Says why wants do not fit: numbers first, sentences made from them.
#pragma once

#include <span>

#include "sectile/plan/pack.h"
#include "src/plan/attempt.h"

namespace sectile::internal {

// Everything of Infeasible but `nearest`. Requires: `tried` is not complete.
Infeasible explain_infeasible(const Attempt& tried, std::span<const PlanGpu> gpus,
                              std::span<const Want> wants);

}  // namespace sectile::internal
