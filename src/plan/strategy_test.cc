#include "sectile/plan/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sectile/geometry/fit.h"
#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;
using testing::layout;
using testing::model;
using testing::text;

std::string cut(const char* key, Strategy strategy, const StrategyOptions& options = {}) {
  const Result<StrategyResult> result = apply_strategy(model(key), strategy, options);
  return result ? text(model(key), result->layout) : result.error().message;
}

ErrorCode code(const char* key, Strategy strategy, const StrategyOptions& options) {
  return apply_strategy(model(key), strategy, options).error().code;
}

TEST(StrategyTest, NamesGoBothWays) {
  for (const Strategy strategy : kStrategies) {
    EXPECT_EQ(parse_strategy(to_string(strategy)).value(), strategy);
    EXPECT_FALSE(describe(strategy).empty());
  }
  for (const char* wrong : {"", "Mixed", "single", "all-balanced ", "balanced"}) {
    const Result<Strategy> result = parse_strategy(wrong);
    ASSERT_FALSE(result) << wrong;
    EXPECT_THAT(result.error().next, HasSubstr("mixed, all-balanced, high-performance, "
                                               "memory-balanced, compute-balanced and custom"));
  }
}

TEST(StrategyTest, CutsAnA100AsTheTableSays) {
  EXPECT_EQ(cut("a100-80gb", Strategy::kMixed), "2g.20gb@0 2g.20gb@2 3g.40gb@4");
  EXPECT_EQ(cut("a100-80gb", Strategy::kAllBalanced),
            "1g.10gb@0 1g.10gb@1 1g.10gb@2 1g.10gb@3 1g.10gb@4 1g.10gb@5 1g.10gb@6");
  EXPECT_EQ(cut("a100-80gb", Strategy::kHighPerformance), "7g.80gb@0");
  EXPECT_EQ(cut("a100-80gb", Strategy::kMemoryBalanced), "3g.40gb@0 3g.40gb@4");
  EXPECT_EQ(cut("a100-80gb", Strategy::kComputeBalanced), "2g.20gb@0 2g.20gb@2 2g.20gb@4");
}

TEST(StrategyTest, CutsTheOtherGeometriesSensibly) {
  const struct {
    const char* model;
    Strategy strategy;
    const char* cut;
  } cases[] = {
      {"a30-24gb", Strategy::kMixed, "2g.12gb@0 1g.6gb@2 1g.6gb@3"},
      {"a30-24gb", Strategy::kAllBalanced, "1g.6gb@0 1g.6gb@1 1g.6gb@2 1g.6gb@3"},
      {"a30-24gb", Strategy::kHighPerformance, "4g.24gb@0"},
      {"a30-24gb", Strategy::kMemoryBalanced, "2g.12gb@0 2g.12gb@2"},
      {"a30-24gb", Strategy::kComputeBalanced, "2g.12gb@0 2g.12gb@2"},
      {"rtx-pro-6000-bw", Strategy::kMixed, "2g.48gb@0 1g.24gb@6 1g.24gb@9"},
      {"rtx-pro-6000-bw", Strategy::kAllBalanced, "1g.24gb@0 1g.24gb@3 1g.24gb@6 1g.24gb@9"},
      {"rtx-pro-6000-bw", Strategy::kHighPerformance, "4g.96gb@0"},
      {"rtx-pro-6000-bw", Strategy::kMemoryBalanced, "2g.48gb@0 2g.48gb@6"},
      {"rtx-pro-6000-bw", Strategy::kComputeBalanced, "2g.48gb@0 2g.48gb@6"},
      // One size below the whole GPU: equal halves are all there is.
      {"rtx-pro-4500-bw-32gb", Strategy::kMixed, "1g.16gb@0 1g.16gb@1"},
      {"rtx-pro-4500-bw-32gb", Strategy::kComputeBalanced, "1g.16gb@0 1g.16gb@1"},
      // One instance without graphics and one with.
      {"jetson-thor", Strategy::kMixed, "2g.0gb@0 1g.0gb+gfx@2"},
      {"jetson-thor", Strategy::kAllBalanced, "3g.0gb@0"},
      {"jetson-thor", Strategy::kMemoryBalanced, "3g.0gb@0"},
      {"jetson-thor", Strategy::kComputeBalanced, "3g.0gb@0"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(cut(each.model, each.strategy), each.cut)
        << each.model << " " << to_string(each.strategy);
  }
}

void expect_legal(const Model& each, Strategy strategy, bool fill) {
  StrategyOptions options{.fill = fill};
  if (strategy == Strategy::kCustom) {
    options.custom = Layout().with(each, Slot(each.profiles.front(), 0)).value();
  }
  const Result<StrategyResult> result = apply_strategy(each, strategy, options);
  ASSERT_TRUE(result) << each.key << ": " << result.error().message;
  EXPECT_TRUE(check(each, result->layout)) << each.key;
  EXPECT_FALSE(result->layout.empty());
  EXPECT_GE(result->reasons.size(), 2U);
  EXPECT_GE(result->idle_compute_slices, 0);
}

TEST(StrategyTest, EveryModelIsCutLegallyByEveryStrategy) {
  for (const Model& each : catalogue()) {
    for (const Strategy strategy : kStrategies) {
      expect_legal(each, strategy, false);
      expect_legal(each, strategy, true);
    }
  }
}

void expect_like_an_a100(const Model& each) {
  for (const Strategy strategy : kStrategies) {
    if (strategy != Strategy::kCustom) {
      const Layout expected = apply_strategy(model("a100-80gb"), strategy).value().layout;
      const Layout got = apply_strategy(each, strategy).value().layout;
      EXPECT_EQ(got.diagram(8), expected.diagram(8)) << each.key << " " << to_string(strategy);
    }
  }
}

// All 7-slice models have one table of placements, so they are cut alike.
TEST(StrategyTest, EverySevenSliceModelIsCutLikeAnA100) {
  for (const Model& each : catalogue()) {
    if (each.compute_slices == 7) {
      expect_like_an_a100(each);
    }
  }
}

TEST(StrategyTest, IdleSlicesAreCounted) {
  const StrategyResult small = apply_strategy(model("a100-80gb"), Strategy::kAllBalanced).value();
  EXPECT_EQ(small.idle_memory_slices, 1);
  EXPECT_EQ(small.idle_compute_slices, 0);
  const StrategyResult halves =
      apply_strategy(model("a100-80gb"), Strategy::kMemoryBalanced).value();
  EXPECT_EQ(halves.idle_memory_slices, 0);
  EXPECT_EQ(halves.idle_compute_slices, 1);
}

TEST(StrategyTest, ProfileSetIsPlacedExactly) {
  EXPECT_EQ(cut("a100-80gb", Strategy::kMixed, {.profile_set = {"1g", "1g", "2g", "3g"}}),
            "2g.20gb@0 1g.10gb@2 1g.10gb@3 3g.40gb@4");
  EXPECT_EQ(cut("a30-24gb", Strategy::kMixed, {.profile_set = {"1g", "1g", "2g"}}),
            "2g.12gb@0 1g.6gb@2 1g.6gb@3");
  const StrategyOptions too_much{.profile_set = {"3g", "3g", "1g"}};
  EXPECT_EQ(code("a100-80gb", Strategy::kMixed, too_much), ErrorCode::kUnsatisfiable);
  EXPECT_THAT(cut("a100-80gb", Strategy::kMixed, too_much), HasSubstr("take all 8 memory slices"));
}

TEST(StrategyTest, AllBalancedTakesTheNamedProfile) {
  EXPECT_EQ(cut("a100-80gb", Strategy::kAllBalanced, {.profile = "3g.40gb"}),
            "3g.40gb@0 3g.40gb@4");
  EXPECT_EQ(cut("a100-80gb", Strategy::kAllBalanced, {.profile = "1g.20gb"}),
            "1g.20gb@0 1g.20gb@2 1g.20gb@4 1g.20gb@6");
  EXPECT_EQ(cut("a100-80gb", Strategy::kAllBalanced, {.profile = "1g+me"}), "1g.10gb+me@6");
  EXPECT_EQ(code("a100-80gb", Strategy::kAllBalanced, {.profile = "5g"}),
            ErrorCode::kUnsatisfiable);
  EXPECT_EQ(code("a100-80gb", Strategy::kAllBalanced, {.profile = "1c.3g.40gb"}),
            ErrorCode::kInvalidArgument);
  // Thor's 1g+me cannot exist alone.
  EXPECT_EQ(code("jetson-thor", Strategy::kAllBalanced, {.profile = "1g+me"}),
            ErrorCode::kUnsatisfiable);
}

TEST(StrategyTest, PartsAreTheNumberOfEqualShares) {
  const auto memory = [](int parts) {
    return cut("a100-80gb", Strategy::kMemoryBalanced, {.parts = parts});
  };
  EXPECT_EQ(memory(1), "7g.80gb@0");
  EXPECT_EQ(memory(2), "3g.40gb@0 3g.40gb@4");
  EXPECT_EQ(memory(4), "1g.20gb@0 1g.20gb@2 1g.20gb@4 1g.20gb@6");
  EXPECT_EQ(memory(7).substr(0, 9), "1g.10gb@0");
  const auto compute = [](int parts) {
    return cut("a100-80gb", Strategy::kComputeBalanced, {.parts = parts});
  };
  EXPECT_EQ(compute(2), "3g.40gb@0 3g.40gb@4");
  EXPECT_EQ(compute(3), "2g.20gb@0 2g.20gb@2 2g.20gb@4");
}

TEST(StrategyTest, ImpossiblePartsAreRefusedWithThoseThatWork) {
  const Result<StrategyResult> three =
      apply_strategy(model("a100-80gb"), Strategy::kMemoryBalanced, {.parts = 3});
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().code, ErrorCode::kUnsatisfiable);
  EXPECT_EQ(three.error().message,
            "8 memory slices of a100-80gb are not cut into exactly 3 equal shares by any profile");
  EXPECT_EQ(three.error().next,
            "parts that work: 1 (7g.80gb), 2 (3g.40gb), 4 (1g.20gb) and 7 (1g.10gb)");
  for (const int parts : {4, 5, 6, 8, 1000000}) {
    EXPECT_EQ(code("a100-80gb", Strategy::kComputeBalanced, {.parts = parts}),
              ErrorCode::kUnsatisfiable);
  }
}

TEST(StrategyTest, FillUsesWhatIsLeft) {
  EXPECT_EQ(cut("a100-80gb", Strategy::kComputeBalanced, {.fill = true}),
            "2g.20gb@0 2g.20gb@2 2g.20gb@4 1g.10gb@6");
  const Layout three = layout(model("a100-80gb"), {{"3g.40gb", 4}});
  EXPECT_EQ(cut("a100-80gb", Strategy::kCustom, {.fill = true, .custom = three}),
            "4g.40gb@0 3g.40gb@4");
}

TEST(StrategyTest, CustomLayoutIsChecked) {
  const Model& a100 = model("a100-80gb");
  const Layout fine = layout(a100, {{"1g.10gb", 0}});
  EXPECT_EQ(cut("a100-80gb", Strategy::kCustom, {.custom = fine}), "1g.10gb@0");
  const Layout wrong = Layout().with_unchecked(Slot(*a100.find_by_name("4g.40gb"), 4)).value();
  EXPECT_FALSE(apply_strategy(a100, Strategy::kCustom, {.custom = wrong}));
}

TEST(StrategyTest, OptionsOfOtherStrategiesAreRefused) {
  const StrategyOptions profile{.profile = "1g"};
  const StrategyOptions set{.profile_set = {"1g"}};
  const StrategyOptions parts{.parts = 2};
  const StrategyOptions none{.parts = 0};
  const StrategyOptions custom{.custom = Layout()};
  const auto refused = [](Strategy strategy, const StrategyOptions& options) {
    EXPECT_EQ(code("a100-80gb", strategy, options), ErrorCode::kInvalidArgument)
        << to_string(strategy);
  };
  refused(Strategy::kMixed, profile);
  refused(Strategy::kAllBalanced, set);
  refused(Strategy::kAllBalanced, parts);
  refused(Strategy::kHighPerformance, parts);
  refused(Strategy::kMemoryBalanced, none);
  refused(Strategy::kMixed, custom);
  refused(Strategy::kCustom, {});
}

}  // namespace
}  // namespace sectile
