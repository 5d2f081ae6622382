#include "sectile/plan/strategy.h"

#include <algorithm>
#include <utility>

#include "sectile/geometry/fit.h"
#include "src/plan/cutting.h"
#include "src/plan/describe.h"
#include "src/plan/label.h"
#include "src/plan/strategies.h"

namespace sectile {
namespace {

Status refuse_option(bool given, std::string_view option, Strategy strategy,
                     std::string_view belongs_to) {
  if (!given) {
    return {};
  }
  return fail(
      ErrorCode::kInvalidArgument,
      std::string(option) + " means nothing to strategy " + std::string(to_string(strategy)),
      "it belongs to " + std::string(belongs_to));
}

Status check_options(Strategy strategy, const StrategyOptions& options) {
  const bool balanced =
      strategy == Strategy::kMemoryBalanced || strategy == Strategy::kComputeBalanced;
  const Status statuses[] = {
      refuse_option(options.profile && strategy != Strategy::kAllBalanced, "a profile", strategy,
                    "all-balanced"),
      refuse_option(!options.profile_set.empty() && strategy != Strategy::kMixed, "a profile set",
                    strategy, "mixed"),
      refuse_option(options.parts && !balanced, "a number of parts", strategy,
                    "memory-balanced and compute-balanced"),
      refuse_option(options.custom && strategy != Strategy::kCustom, "a layout", strategy,
                    "custom"),
  };
  for (const Status& status : statuses) {
    if (!status) {
      return status;
    }
  }
  if (options.parts && *options.parts < 1) {
    return fail(ErrorCode::kInvalidArgument, "a GPU cannot be cut into " +
                                                 std::to_string(*options.parts) +
                                                 " parts; at least 1 is needed");
  }
  return {};
}

Result<internal::Cut> custom(const Model& model, const std::optional<Layout>& custom) {
  if (!custom) {
    return fail(ErrorCode::kInvalidArgument, "strategy custom needs a layout");
  }
  const Layout& layout = *custom;
  if (const Status status = check(model, layout); !status) {
    return fail(status);
  }
  return internal::Cut{.layout = layout, .reasons = {"the layout is legal on " + model.key}};
}

Result<internal::Cut> run(const Model& model, Strategy strategy, const StrategyOptions& options) {
  switch (strategy) {
    case Strategy::kMixed:
      return internal::mixed(model, options.profile_set);
    case Strategy::kAllBalanced:
      return internal::all_balanced(model, options.profile);
    case Strategy::kHighPerformance:
      return internal::high_performance(model);
    case Strategy::kMemoryBalanced:
      return internal::memory_balanced(model, options.parts);
    case Strategy::kComputeBalanced:
      return internal::compute_balanced(model, options.parts);
    case Strategy::kCustom:
      return custom(model, options.custom);
  }
  return fail(ErrorCode::kInvalidArgument, "there is no such strategy");
}

std::string filling(const Model& model, const Layout& before, const Layout& after) {
  std::vector<std::string> added;
  for (const Slot& slot : after.slots()) {
    if (before.find(slot.placement()) == nullptr) {
      added.push_back(model.find(slot.profile())->name);
    }
  }
  return added.empty() ? "nothing more fits into what is left"
                       : "what is left is filled with " + internal::listed(added);
}

std::string idle_text(const StrategyResult& result) {
  return "left idle: " + internal::number_of(result.idle_memory_slices, "memory slice") + ", " +
         internal::number_of(result.idle_compute_slices, "compute slice");
}

}  // namespace

std::string_view to_string(Strategy strategy) {
  switch (strategy) {
    case Strategy::kMixed:
      return "mixed";
    case Strategy::kAllBalanced:
      return "all-balanced";
    case Strategy::kHighPerformance:
      return "high-performance";
    case Strategy::kMemoryBalanced:
      return "memory-balanced";
    case Strategy::kComputeBalanced:
      return "compute-balanced";
    case Strategy::kCustom:
      return "custom";
  }
  return "";
}

Result<Strategy> parse_strategy(std::string_view name) {
  std::vector<std::string> names;
  for (const Strategy strategy : kStrategies) {
    if (to_string(strategy) == name) {
      return strategy;
    }
    names.emplace_back(to_string(strategy));
  }
  return fail(ErrorCode::kInvalidArgument, "there is no strategy '" + std::string(name) + "'",
              "use one of " + internal::listed(names));
}

std::string_view describe(Strategy strategy) {
  switch (strategy) {
    case Strategy::kMixed:
      return "different profiles: a large one for training, small ones for inference";
    case Strategy::kAllBalanced:
      return "identical instances, as many as fit";
    case Strategy::kHighPerformance:
      return "the whole GPU as one instance";
    case Strategy::kMemoryBalanced:
      return "equal shares of memory";
    case Strategy::kComputeBalanced:
      return "equal shares of compute slices";
    case Strategy::kCustom:
      return "what you write";
  }
  return "";
}

Result<StrategyResult> apply_strategy(const Model& model, Strategy strategy,
                                      const StrategyOptions& options) {
  if (const Status status = check_options(strategy, options); !status) {
    return fail(status);
  }
  Result<internal::Cut> cut = run(model, strategy, options);
  if (!cut) {
    return fail(cut);
  }
  StrategyResult result{.layout = cut->layout, .reasons = std::move(cut->reasons)};
  if (options.fill) {
    result.layout = internal::filled(model, cut->layout);
    result.reasons.push_back(filling(model, cut->layout, result.layout));
  }
  result.idle_memory_slices = internal::idle_memory(model, result.layout);
  result.idle_compute_slices = internal::idle_compute(model, result.layout);
  result.reasons.push_back(idle_text(result));
  return result;
}

}  // namespace sectile
