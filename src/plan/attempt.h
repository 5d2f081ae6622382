// Attempt: the best that can be done for some wants on some GPUs, all of them served or not.
//
// First as much demand as possible, measured in slices; then the fewest GPUs that change from
// unused to used. finish() then chooses the most useful free space among those plans.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sectile/plan/pack.h"
#include "src/plan/demand.h"
#include "src/plan/patterns.h"
#include "src/plan/search.h"
#include "src/plan/shapes.h"

namespace sectile::internal {

struct Attempt {
  Demand demand = {};
  std::vector<KindPatterns> kinds = {};  // For each of demand.kinds.
  Answer answer = {};  // Columns are patterns; dropped are instances without a place.
  std::int64_t steps_max = 0;

  bool complete() const;  // Everything has a place.
  // Whether it is certain that not everything has a place.
  bool proven_incomplete() const;
};

// How far to go.
struct Effort {
  Shrink shrink = Shrink::kNo;
  std::int64_t steps_max = 300'000;  // Of each search.
};

// `memory` must outlive the attempt.
Attempt attempt(std::span<const PlanGpu> gpus, std::span<const Want> wants, const Effort& effort,
                ShapeMemory& memory);

// The plan that serves everything. Requires: tried.complete().
Plan finish(const Attempt& tried, std::span<const PlanGpu> gpus, std::span<const Want> wants);

// Instances of each want that have no place.
std::vector<int> unplaced(const Attempt& tried, std::span<const Want> wants);

}  // namespace sectile::internal
