#include "sectile/fleet/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;

const StateSpace& a100() {
  static const StateSpace space = *StateSpace::of(**find_model("a100-80gb"), [](const Profile& p) {
    return p.media == Media::kPlain && !p.double_memory();
  });
  return space;
}

struct At {
  const char* profile;
  int start;
};

std::size_t number_of(const char* name) {
  const std::optional<std::size_t> number =
      a100().find_profile(a100().model().find_by_name(name)->id);
  SECTILE_CHECK(number.has_value());
  return *number;
}

StateNumber state_of(const std::vector<At>& slots) {
  StateNumber state = kEmptyState;
  for (const At& at : slots) {
    state = a100().placed(number_of(at.profile), at.start, state);
  }
  return state;
}

RuleChoice choice(Rule rule, const char* profile, const std::vector<At>& slots) {
  const std::vector<double> shares(a100().profiles().size(), 1);
  return make_rule_table(a100(), rule, shares).choices[number_of(profile)][state_of(slots)];
}

float potential(Rule rule, const std::vector<At>& slots) {
  const std::vector<double> shares(a100().profiles().size(), 1);
  return make_rule_table(a100(), rule, shares).potential[state_of(slots)];
}

TEST(RuleTest, NamesGoBothWays) {
  for (const Rule rule : kRules) {
    EXPECT_EQ(*parse_rule(to_string(rule)), rule);
  }
  const Result<Rule> unknown = parse_rule("tetris");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().next, HasSubstr("foresight, first-fit"));
}

// Worked out by hand from the definitions.
TEST(RuleTest, ComputesThePublishedMeasures) {
  EXPECT_EQ(potential(Rule::kMostChoices, {}), -(7 + 3 + 2 + 1 + 1));
  // A 1g at 0: left are six starts of 1g, two of 2g, one of 3g.
  EXPECT_EQ(potential(Rule::kMostChoices, {{"1g.10gb", 0}}), -(6 + 2 + 1));
  EXPECT_EQ(potential(Rule::kStranded, {}), 0);
  // Neither 4g nor 7g, seven slices each.
  EXPECT_EQ(potential(Rule::kStranded, {{"1g.10gb", 0}}), 14);
  // A 1g at 6 strands 7g only.
  EXPECT_EQ(potential(Rule::kStranded, {{"1g.10gb", 6}}), 7);
  // Windows with something in them, of profiles that seven slices could hold: 1g 1, 2g 2, 3g 4,
  // 4g 4.
  EXPECT_EQ(potential(Rule::kFragmentation, {{"1g.10gb", 0}}), 1 + 2 + 4 + 4);
}

TEST(RuleTest, PlacesASmallInstanceWhereItHurtsLeast) {
  EXPECT_EQ(choice(Rule::kStranded, "1g.10gb", {}).placing.start, 4);
  EXPECT_EQ(choice(Rule::kFirstFit, "1g.10gb", {}).placing.start, 0);
  // The seventh slice belongs to no 2g: taking it spares everything but 7g.
  EXPECT_EQ(choice(Rule::kForesight, "1g.10gb", {}).placing.start, 6);
}

TEST(RuleTest, ForesightPrefersGpusThatMoreInstancesKeepBusy) {
  // Two 1g must leave before a 7g fits, instead of one 2g: the 2g's GPU is to be spared.
  const float two = choice(Rule::kForesight, "3g.40gb", {{"1g.10gb", 0}, {"1g.10gb", 1}}).cost;
  const float one = choice(Rule::kForesight, "3g.40gb", {{"2g.20gb", 0}}).cost;
  EXPECT_LT(two, one);
  EXPECT_LT(one, choice(Rule::kForesight, "3g.40gb", {}).cost);
}

TEST(RuleTest, ForesightForgetsWhatNobodyAsksFor) {
  std::vector<double> shares(a100().profiles().size(), 0);
  shares[number_of("1g.10gb")] = 1;
  shares[number_of("7g.80gb")] = 1;
  const RuleTable table = make_rule_table(a100(), Rule::kForesight, shares);
  // As nothing between is wanted, only how many instances there are matters: best fit.
  const auto& costs = table.choices[number_of("1g.10gb")];
  EXPECT_NEAR(costs[state_of({{"1g.10gb", 0}})].cost, costs[state_of({{"1g.10gb", 4}})].cost, 1e-6);
  EXPECT_LT(costs[state_of({{"1g.10gb", 0}, {"1g.10gb", 5}})].cost,
            costs[state_of({{"1g.10gb", 0}})].cost);
}

TEST(RuleTest, ForesightKeepsLowerHalvesOnlyFor4gThatOutnumber3g) {
  std::vector<double> shares(a100().profiles().size(), 1);
  const auto number = [](const char* name) {
    return *a100().find_profile(a100().model().find_by_name(name)->id);
  };
  const auto start_of_2g = [&] {
    const RuleTable table = make_rule_table(a100(), Rule::kForesight, shares);
    return table.choices[number("2g.20gb")][kEmptyState].placing.start;
  };
  shares[number("4g.40gb")] = 4;
  EXPECT_EQ(start_of_2g(), 4);
  shares[number("4g.40gb")] = 0;
  EXPECT_LT(start_of_2g(), 4);
}

void expect_choice_that_fits(const RuleTable& table, std::size_t profile, StateNumber state) {
  const RuleChoice& made = table.choices[profile][state];
  ASSERT_EQ(made.fits(), a100().fits(profile, state));
  ASSERT_TRUE(std::isfinite(made.cost));
  if (made.fits()) {
    ASSERT_EQ(a100().placed(profile, made.placing.start, state), made.placing.to);
  }
}

TEST(RuleTest, ChoosesSomethingExactlyWhereSomethingFits) {
  const std::vector<double> shares(a100().profiles().size(), 0);
  for (const Rule rule : kRules) {
    const RuleTable table = make_rule_table(a100(), rule, shares);
    for (std::size_t profile = 0; profile < shares.size(); ++profile) {
      for (std::size_t state = 0; state < a100().size(); ++state) {
        ASSERT_NO_FATAL_FAILURE(
            expect_choice_that_fits(table, profile, static_cast<StateNumber>(state)));
      }
    }
  }
}

}  // namespace
}  // namespace sectile
