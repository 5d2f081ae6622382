// Nearest: what fits and comes close to wants that do not fit.
//
// The distance is what the alternative costs, in memory slices plus compute slices: those of the
// instances that it drops, those by which its instances are smaller (losing media engines counts as
// one), or those of the GPUs that it adds. The best alternative of each kind is looked for, with an
// effort that has a limit, and each is packed before it is offered: what is offered is certain to
// fit, and only on hard problems something nearer may exist.
#pragma once

#include <span>
#include <vector>

#include "sectile/plan/pack.h"
#include "src/plan/attempt.h"

namespace sectile::internal {

inline constexpr int kMaxAddedGpus = 16;

// Nearest first; at most three. Requires: `tried` is not complete, and no want is hopeless.
std::vector<Alternative> nearest(const Attempt& tried, std::span<const PlanGpu> gpus,
                                 std::span<const Want> wants, ShapeMemory& memory);

}  // namespace sectile::internal
