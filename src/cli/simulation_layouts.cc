#include "src/cli/simulation_layouts.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "sectile/plan/strategy.h"
#include "sectile/text/notation.h"

namespace sectile::cli {
namespace {

using Layouts = std::vector<StaticLayout>;

Result<Layouts> by_strategy(const TrialGround& ground, Strategy strategy) {
  Layouts layouts;
  for (const StaticGpus& part : ground.gpus()) {
    const Result<StrategyResult> cut = apply_strategy(*part.model, strategy);
    if (!cut) {
      return fail(cut);
    }
    layouts.push_back({.model = part.model, .layout = cut->layout, .count = part.count});
  }
  return layouts;
}

Result<Layouts> by_notation(const TrialGround& ground, const std::string& text) {
  Layouts layouts;
  for (const StaticGpus& part : ground.gpus()) {
    const Result<Layout> layout = parse_layout(*part.model, text);
    if (!layout) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("'{}' is no layout of {}: {}", text, part.model->key, layout.error().message),
          "--layouts takes dynamic, static (planned for the demand), the name of a strategy, "
          "or a layout such as '3g.40gb@4 2g.20gb@0'");
    }
    layouts.push_back({.model = part.model, .layout = *layout, .count = part.count});
  }
  return layouts;
}

// The layouts that are best for the demand if they may never change.
Result<Layouts> planned(const TrialGround& ground, const SimulationDemand& demand,
                        double under_way) {
  constexpr double kParts = 1e6;
  const double sum = std::accumulate(demand.under_way.begin(), demand.under_way.end(), 0.0);
  std::vector<FleetWant> mix;
  mix.reserve(demand.wants.size());
  for (std::size_t i = 0; i < demand.wants.size(); ++i) {
    mix.push_back(
        {.what = demand.wants[i].what, .count = std::llround(kParts * demand.under_way[i] / sum)});
  }
  const StaticRequest request{.gpus = {ground.gpus().begin(), ground.gpus().end()},
                              .offered = under_way};
  const Result<StaticPlan> plan = plan_static(mix, request);
  if (!plan) {
    return fail(plan);
  }
  return plan->layouts;
}

}  // namespace

Result<Layouts> read_layouts(const TrialGround& ground, const SimulationDemand& demand,
                             double under_way, const std::string& name) {
  if (name == "static") {
    return planned(ground, demand, under_way);
  }
  const Result<Strategy> strategy = parse_strategy(name);
  const bool is_strategy = strategy && *strategy != Strategy::kCustom;
  return is_strategy ? by_strategy(ground, *strategy) : by_notation(ground, name);
}

}  // namespace sectile::cli
