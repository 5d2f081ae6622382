#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/practice.h"
#include "sectile/fleet/rule.h"
#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

const StateSpace& a100() {
  static const StateSpace space = *StateSpace::of(
      **find_model("a100-80gb"),
      [](const Profile& each) { return each.media == Media::kPlain && !each.double_memory(); });
  return space;
}

Practice brief(const std::vector<double>& shares) {
  return {.shares = shares, .rounds = 6, .requests = 60'000};
}

// Accepted by count and slices of five profiles alike, well above what fits.
LossOutcome run(LossFleet& fleet) {
  LossModel model{.arrivals = 1.2 * 100 / 0.485714,
                  .shares = std::vector<double>(5, 1),
                  .lifetimes = 60,
                  .seed = 77};
  for (const Profile& profile : a100().profiles()) {
    model.slices.push_back(profile.memory_slices);
  }
  return *run_loss_model(model, fleet);
}

TEST(PractiseTest, BettersTheFormulaOnTheMix) {
  const std::vector<double> shares(5, 1);
  const Result<Practised> learned = practise(a100(), brief(shares));
  ASSERT_TRUE(learned) << learned.error().message;
  EXPECT_GT(learned->after, learned->before);
  std::vector<std::size_t> wants(5);
  std::iota(wants.begin(), wants.end(), std::size_t{0});
  const auto by_formula = make_index_fleet(a100(), Rule::kForesight, 100, wants);
  const auto practised = make_practised_fleet(a100(), 100, wants, learned->preference);
  // On arrivals that neither lessons nor tests were drawn from.
  EXPECT_GT(run(*practised).acceptance_by_count(), run(*by_formula).acceptance_by_count());
}

TEST(PractiseTest, IsTheSameForASeed) {
  Practice practice = brief({3, 1, 1, 0, 1});
  practice.requests = 20'000;
  practice.rounds = 2;
  practice.moves_max = 0.05;
  const Result<Practised> one = practise(a100(), practice);
  const Result<Practised> other = practise(a100(), practice);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->preference.potential, other->preference.potential);
  EXPECT_EQ(one->after, other->after);
  EXPECT_GE(one->after, one->before);
  practice.shares = {300, 100, 100, 0, 100};
  EXPECT_EQ(practise(a100(), practice)->preference.potential, one->preference.potential);
}

TEST(PractiseTest, AsksMoreOfAMoveWhereTheyRunShort) {
  Practice practice = brief(std::vector<double>(5, 1));
  practice.rounds = 2;
  practice.moves_max = 0.002;
  const float where_few = practise(a100(), practice)->worth_a_move;
  practice.moves_max = 0.3;
  const float where_many = practise(a100(), practice)->worth_a_move;
  EXPECT_GT(where_few, where_many);
  EXPECT_GT(where_many, MovePolicy::kWorthAMove);  // After two rounds only.
}

TEST(PractiseTest, TakesFleetsOfAnySize) {
  Practice practice = brief({1, 1, 1, 1, 1});
  practice.requests = 20'000;
  practice.rounds = 1;
  for (const std::size_t gpus : {std::size_t{1}, std::size_t{500}}) {
    practice.gpus = gpus;
    const Result<Practised> learned = practise(a100(), practice);
    ASSERT_TRUE(learned) << gpus;
    EXPECT_GE(learned->after, learned->before);
    EXPECT_LE(learned->after, 1);
    const auto finite = [](const std::vector<float>& figures) {
      return std::ranges::all_of(figures, [](float lack) { return std::isfinite(lack); });
    };
    EXPECT_TRUE(finite(learned->preference.potential));
    EXPECT_TRUE(std::ranges::all_of(learned->preference.scarcity, finite));
  }
}

TEST(PractiseTest, RefusesWhatMakesNoSense) {
  const auto refused = [](auto change) {
    Practice practice = brief(std::vector<double>(5, 1));
    change(practice);
    const Result<Practised> learned = practise(a100(), practice);
    return !learned && learned.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](Practice& of) { of.shares.pop_back(); }));
  EXPECT_TRUE(refused([](Practice& of) { of.shares[0] = -1; }));
  EXPECT_TRUE(refused([](Practice& of) { of.shares[0] = std::nan(""); }));
  EXPECT_TRUE(
      refused([](Practice& of) { of.shares[0] = std::numeric_limits<double>::infinity(); }));
  EXPECT_TRUE(refused([](Practice& of) { of.gpus = 0; }));
  EXPECT_TRUE(refused([](Practice& of) { of.gpus = 10'001; }));
  EXPECT_TRUE(refused([](Practice& of) { of.rounds = 0; }));
  EXPECT_TRUE(refused([](Practice& of) { of.rounds = 1001; }));
  EXPECT_TRUE(refused([](Practice& of) { of.requests = 19'999; }));
  EXPECT_TRUE(refused([](Practice& of) { of.requests = 100'000'001; }));
  EXPECT_TRUE(refused([](Practice& of) { of.moves_max = -0.1; }));
  EXPECT_TRUE(refused([](Practice& of) { of.moves_max = 1.1; }));
  EXPECT_TRUE(refused([](Practice& of) { of.moves_max = std::nan(""); }));
}

}  // namespace
}  // namespace sectile
