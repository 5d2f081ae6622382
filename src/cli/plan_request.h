// What `sectile plan` was asked for, read and checked before any GPU is looked at.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/plan/strategy.h"
#include "sectile/plan/want.h"
#include "src/cli/arguments.h"

namespace sectile::cli {

struct StrategyWish {
  Strategy strategy = Strategy::kMixed;
  StrategyOptions options;  // But `custom`, which needs a model:
  std::string layout;       // the notation of --layout.
};

using PlanWish = std::variant<std::vector<Want>, StrategyWish>;

// Fails with kInvalidArgument if neither wants nor a strategy, or both, are asked for; if an option
// belongs to the other; and as parse_wants() and load_config() do.
Result<PlanWish> read_plan_wish(const Arguments& arguments);

}  // namespace sectile::cli
