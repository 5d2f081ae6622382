// Flow: the cheapest way to bring what some have to others who need it, in whole numbers.
// The network simplex of LEMON, behind an interface of our own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sectile/base/result.h"

namespace sectile::fleet::program {

struct FlowArc {
  std::size_t from = 0;
  std::size_t to = 0;
  std::int64_t capacity = 0;
  std::int64_t cost = 0;  // Of one unit; at least 0.
};

// `supply`: by node; what it has to give, or if negative what it can take at most. All that is
// given arrives somewhere. The flow on each arc. Fails with kUnsatisfiable if it cannot be done.
// Nothing is thrown. Deterministic.
Result<std::vector<std::int64_t>> cheapest_flow(const std::vector<std::int64_t>& supply,
                                                const std::vector<FlowArc>& arcs);

}  // namespace sectile::fleet::program
