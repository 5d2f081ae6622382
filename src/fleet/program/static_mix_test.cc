#include "sectile/fleet/static_mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "sectile/fleet/random.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"

namespace sectile {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

const Model& a100() {
  return **find_model("a100-80gb");
}

std::vector<FleetWant> five(const std::vector<std::int64_t>& shares) {
  std::vector<FleetWant> mix;
  mix.reserve(shares.size());
  const char* const labels[] = {"1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"};
  for (std::size_t i = 0; i < shares.size(); ++i) {
    mix.push_back({.what = ByProfile{labels[i]}, .count = shares[i]});
  }
  return mix;
}

TEST(ErlangTest, AgreesWithPrintedTables) {
  EXPECT_DOUBLE_EQ(erlang_b(1, 1), 0.5);
  EXPECT_DOUBLE_EQ(erlang_b(2, 2), 0.4);
  EXPECT_THAT(erlang_b(10, 10), DoubleNear(0.2146, 5e-5));
  EXPECT_THAT(erlang_b(84.1, 100), DoubleNear(0.0100, 1e-4));
  EXPECT_EQ(erlang_b(3, 0), 1);
  EXPECT_EQ(erlang_b(0, 5), 0);
  EXPECT_EQ(erlang_b(1, 1'000'000), 0);
}

// What the best of all pairs of layouts accepts.
double best_of_pairs(const std::vector<FleetWant>& mix, const std::vector<Layout>& layouts) {
  double best = 0;
  for (const Layout& first : layouts) {
    for (const Layout& second : layouts) {
      const StaticLayout both[] = {{.model = &a100(), .layout = first, .count = 1},
                                   {.model = &a100(), .layout = second, .count = 1}};
      best = std::max(best, expect_static(mix, both, 3.0)->accepted_slices);
    }
  }
  return best;
}

TEST(PlanStaticTest, TwoGpusAreCutAsExhaustionDoes) {
  const std::vector<Layout> layouts = maximal_layouts(a100(), [](const Profile& profile) {
    return profile.media == Media::kPlain && !profile.double_memory();
  });
  for (const auto& shares :
       {std::vector<std::int64_t>{1, 1, 1, 1, 1}, {80, 10, 5, 3, 2}, {1, 0, 0, 0, 1}}) {
    const std::vector<FleetWant> mix = five(shares);
    const double best = best_of_pairs(mix, layouts);
    const Result<StaticPlan> plan =
        plan_static(mix, {.gpus = {{.model = &a100(), .count = 2}}, .offered = 3.0});
    ASSERT_TRUE(plan.has_value()) << plan.error().message;
    EXPECT_THAT(plan->outcome.accepted_slices, DoubleNear(best, 1e-6));
    EXPECT_LE(plan->lost.bound, plan->lost.value);
    EXPECT_THAT(1 - static_cast<double>(plan->lost.value) / plan->offered, DoubleNear(best, 1e-5));
  }
}

TEST(PlanStaticTest, IsNoWorseThanWhatPeopleCut) {
  const std::vector<FleetWant> mix = five({1, 1, 1, 1, 1});
  const double offered = 0.85 * 100 / 0.4857;
  const Result<StaticPlan> plan =
      plan_static(mix, {.gpus = {{.model = &a100(), .count = 100}}, .offered = offered});
  ASSERT_TRUE(plan.has_value());
  Layout balanced;
  for (const auto& [name, start] :
       {std::pair{"3g.40gb", 4}, {"2g.20gb", 0}, {"1g.10gb", 2}, {"1g.10gb", 3}}) {
    balanced = balanced.with(a100(), Slot(*a100().find_by_name(name), start)).value();
  }
  const StaticLayout all[] = {{.model = &a100(), .layout = balanced, .count = 100}};
  const Result<StaticOutcome> people = expect_static(mix, all, offered);
  EXPECT_THAT(people->accepted_count, DoubleNear(0.600, 0.001));  // 4g and 7g are lost.
  EXPECT_GT(plan->outcome.accepted_slices, 0.95);
  // The gap is below a thousandth of what arrives.
  EXPECT_LT(static_cast<double>(plan->lost.gap()), plan->offered * 1e-3);
}

// The loss by simulation: the formula must agree with what arrivals really meet.
double simulated_loss(double offered, std::int64_t servers, std::uint64_t seed) {
  fleet::Random random(seed);
  std::priority_queue<double, std::vector<double>, std::greater<>> ends;
  double now = 0;
  int arrivals = 0;
  int lost = 0;
  while (now < 3000) {
    now += random.exponential(1 / offered);
    while (!ends.empty() && ends.top() <= now) {
      ends.pop();
    }
    const bool full = static_cast<std::int64_t>(ends.size()) >= servers;
    if (!full) {
      ends.push(now + random.exponential(1));
    }
    if (now > 50) {
      ++arrivals;
      lost += full ? 1 : 0;
    }
  }
  return static_cast<double>(lost) / arrivals;
}

TEST(PlanStaticTest, TheExpectedLossIsWhatASimulationMeets) {
  const Result<StaticPlan> plan =
      plan_static(five({1, 1, 1, 1, 1}),
                  {.gpus = {{.model = &a100(), .count = 20}}, .offered = 1.0 * 20 / 0.4857});
  ASSERT_TRUE(plan.has_value());
  for (const StaticWant& want : plan->outcome.wants) {
    EXPECT_THAT(simulated_loss(want.offered, want.instances, 7), DoubleNear(want.loss, 0.01));
  }
}

TEST(PlanStaticTest, SeveralModelsServeNeeds) {
  const std::vector<FleetWant> mix = {{.what = ByNeed{.memory_min = {5000}}, .count = 1}};
  const Result<StaticPlan> plan = plan_static(
      mix,
      {.gpus = {{.model = &a100(), .count = 1}, {.model = *find_model("a30-24gb"), .count = 2}},
       .offered = 50});
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->outcome.wants[0].instances, 7 + 2 * 4);
}

TEST(PlanStaticTest, RefusesWhatMakesNoSense) {
  const StaticRequest good{.gpus = {{.model = &a100(), .count = 1}}, .offered = 1};
  const auto message = [&](const std::vector<FleetWant>& mix, const StaticRequest& request) {
    return plan_static(mix, request).error().message;
  };
  StaticRequest bad = good;
  bad.offered = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message(five({1}), bad), HasSubstr("offered load"));
  bad.offered = 1e9;
  EXPECT_THAT(message(five({1}), bad), HasSubstr("offered load"));
  bad = good;
  bad.gpus[0].count = 0;
  EXPECT_THAT(message(five({1}), bad), HasSubstr("a number of GPUs"));
  EXPECT_THAT(message(five({0}), good), HasSubstr("the mix is empty"));
  EXPECT_THAT(message({{.what = ByProfile{"9g.90gb"}}}, good), HasSubstr("can ever serve 9g.90gb"));
}

}  // namespace
}  // namespace sectile
