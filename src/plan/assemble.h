// Assembles a plan from the patterns that were chosen for the GPUs.
#pragma once

#include <span>

#include "sectile/plan/pack.h"
#include "src/plan/attempt.h"

namespace sectile::internal {

// `answer` chooses among the patterns of `tried`; what it drops is not in the plan. Bounds and
// proofs are left to the caller.
Plan assemble(const Attempt& tried, const Answer& answer, std::span<const PlanGpu> gpus,
              std::span<const Want> wants);

}  // namespace sectile::internal
