// The six named strategies: ways to cut one GPU that work on every model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

enum class Strategy : std::uint8_t {
  kMixed,            // Different profiles: large ones for training, small ones for inference.
  kAllBalanced,      // Identical instances, as many as fit.
  kHighPerformance,  // The whole GPU as one instance.
  kMemoryBalanced,   // Equal shares of memory.
  kComputeBalanced,  // Equal shares of compute slices.
  kCustom,           // What the user writes.
};

inline constexpr Strategy kStrategies[] = {Strategy::kMixed,           Strategy::kAllBalanced,
                                           Strategy::kHighPerformance, Strategy::kMemoryBalanced,
                                           Strategy::kComputeBalanced, Strategy::kCustom};

std::string_view to_string(Strategy strategy);           // "memory-balanced"
Result<Strategy> parse_strategy(std::string_view name);  // Names the six on failure.
std::string_view describe(Strategy strategy);            // One line for people.

struct StrategyOptions {
  std::optional<std::string> profile = {};    // all-balanced: the label of each instance.
  std::vector<std::string> profile_set = {};  // mixed: labels of one set, "1g","1g","2g","3g".
  std::optional<int> parts = {};              // memory- and compute-balanced: number of shares.
  bool fill = false;                          // Use what is left with the largest that fit.
  std::optional<Layout> custom = {};          // custom: the layout.
};

// Why a strategy chose what it chose, and what it leaves idle: data first, text last.
struct StrategyResult {
  Layout layout = {};
  int idle_memory_slices = 0;
  int idle_compute_slices = 0;
  std::vector<std::string> reasons = {};  // Sentences with the numbers, in order of importance.
};

// Fails with kInvalidArgument if an option does not belong to the strategy or is malformed, and
// with kUnsatisfiable if the model cannot hold what was asked.
Result<StrategyResult> apply_strategy(const Model& model, Strategy strategy,
                                      const StrategyOptions& options = {});

}  // namespace sectile
