// What `sectile plan` found, whatever it was asked: a layout for each GPU of a machine, with the
// reasons.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/plan/pack.h"
#include "src/cli/machine.h"
#include "src/cli/plan_request.h"

namespace sectile::cli {

struct StrategyAnswer {
  Strategy strategy = Strategy::kMixed;
  std::vector<Layout> layouts;                                   // One for each GPU.
  std::vector<std::pair<const Model*, StrategyResult>> results;  // One for each model.
};

// Cuts every GPU. Existing instances stay: as many as possible keep their place, and without
// `replace` a layout that has no room for one of them is refused with kUnsatisfiable. Fails as
// apply_strategy() and parse_layout() do.
Result<StrategyAnswer> answer_strategy(const Machine& machine, const StrategyWish& wish,
                                       bool replace);

// The GPUs as the packer wants them; with `replace` they are empty.
std::vector<PlanGpu> plan_gpus(const Machine& machine, bool replace);

}  // namespace sectile::cli
