#include "src/cli/plan_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sectile/plan/settle.h"
#include "sectile/plan/transition.h"
#include "sectile/text/notation.h"

namespace sectile::cli {
namespace {

struct Cut {
  StrategyResult result;
  bool exact = false;  // The user said where.
};

Result<Cut> cut(const Model& model, const StrategyWish& wish) {
  Cut cut;
  StrategyOptions options = wish.options;
  if (wish.strategy == Strategy::kCustom) {
    const Result<Layout> layout = parse_layout(model, wish.layout);
    if (!layout) {
      return fail(layout);
    }
    options.custom = *layout;
    cut.exact = names_every_start(wish.layout);
  }
  Result<StrategyResult> result = apply_strategy(model, wish.strategy, options);
  if (!result) {
    return fail(result);
  }
  cut.result = std::move(*result);
  return cut;
}

// The layout of the strategy, arranged around what exists on the GPU.
Result<Layout> arranged(const MachineGpu& gpu, const Cut& cut) {
  const Result<Layout> settled = cut.exact ? Result<Layout>(cut.result.layout)
                                           : settle(*gpu.model, gpu.layout, cut.result.layout);
  if (!settled) {
    return fail(settled);
  }
  const Result<Transition> change = transition(*gpu.model, gpu.layout, *settled);
  if (!change) {
    return fail(change);
  }
  if (!change->destroyed.empty()) {
    return fail(
        ErrorCode::kUnsatisfiable,
        fmt::format("gpu {} ({}) holds {}, which this layout has no room for: {}", gpu.config.index,
                    gpu.name, to_notation(*gpu.model, change->destroyed.front()),
                    to_notation(*gpu.model, cut.result.layout)),
        "--replace plans from an empty GPU; sectile apply then names who is in the way");
  }
  return *settled;
}

}  // namespace

Result<StrategyAnswer> answer_strategy(const Machine& machine, const StrategyWish& wish,
                                       bool replace) {
  StrategyAnswer answer{.strategy = wish.strategy, .layouts = {}, .results = {}};
  std::vector<std::pair<const Model*, Cut>> cuts;  // A strategy cuts GPUs of a model alike.
  for (const MachineGpu& gpu : machine.gpus) {
    auto found = std::ranges::find(cuts, gpu.model, &std::pair<const Model*, Cut>::first);
    if (found == cuts.end()) {
      Result<Cut> made = cut(*gpu.model, wish);
      if (!made) {
        return fail(made);
      }
      found = cuts.emplace(cuts.end(), gpu.model, std::move(*made));
    }
    const Cut& of_model = found->second;
    const Result<Layout> layout = replace || gpu.layout.empty()
                                      ? Result<Layout>(of_model.result.layout)
                                      : arranged(gpu, of_model);
    if (!layout) {
      return fail(layout);
    }
    answer.layouts.push_back(*layout);
  }
  for (auto& [model, of_model] : cuts) {
    answer.results.emplace_back(model, std::move(of_model.result));
  }
  return answer;
}

std::vector<PlanGpu> plan_gpus(const Machine& machine, bool replace) {
  std::vector<PlanGpu> gpus;
  gpus.reserve(machine.gpus.size());
  for (const MachineGpu& gpu : machine.gpus) {
    gpus.push_back({.name = gpu.name,
                    .model = gpu.model,
                    .kept = replace ? Layout() : gpu.layout,
                    .holders = replace ? std::vector<std::string>() : gpu.holders});
  }
  return gpus;
}

}  // namespace sectile::cli
