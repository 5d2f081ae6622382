// Rounding: from fractions of covers and GPUs to whole ones.
//
// A basic solution has at most as many services in fractions as there are profiles: those are tried
// in every way that the bound leaves open, and their instances are packed exactly.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "src/fleet/service/master.h"

namespace sectile::fleet::internal {

struct Rounded {
  std::vector<int> shaping;
  std::vector<std::vector<int>> covers;  // For each service.
};

struct RoundingRequest {
  std::size_t services = 0;
  int bound = 0;       // No answer has fewer GPUs: good enough.
  int gpus_below = 0;  // An answer must have fewer than so many.
};

// Requires: master.solve() succeeded, and no service is lacking.
std::optional<Rounded> round_off(const Ground& ground, const Master& master,
                                 const RoundingRequest& request);

}  // namespace sectile::fleet::internal
