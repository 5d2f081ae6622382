#include "sectile/fleet/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "sectile/fleet/random.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Model& model(std::string_view name) {
  return **find_model(name);
}

FleetWant want(std::int64_t count, std::string label) {
  return {.what = ByProfile{std::move(label)}, .count = count};
}

FleetGpu gpu(unsigned index, std::string_view key,
             const std::vector<std::pair<std::string, int>>& slots = {}, std::uint8_t busy = 0) {
  FleetGpu result{.name = "gpu" + std::to_string(index), .index = index, .model = &model(key)};
  for (const auto& [name, start] : slots) {
    const Profile* const profile = result.model->find_by_name(name);
    result.layout = result.layout.with(*result.model, Slot(*profile, start)).value();
  }
  result.busy = busy;
  return result;
}

FleetRequest buying(std::string_view key) {
  return {.goals = {std::begin(kGoals), std::end(kGoals)}, .purchases = {{.model = &model(key)}}};
}

// What a plan does, counted from the outside.
class Audit {
 public:
  explicit Audit(std::span<const FleetWant> wants) : wants_(wants), served_(wants.size(), 0) {}

  std::int64_t served(std::size_t want) const { return served_[want]; }
  std::int64_t destroyed() const { return destroyed_; }

  void serve(const Model& of, const FleetServing& serving, const Layout& layout,
             std::int64_t times) {
    served_[serving.want] += times;
    EXPECT_NE(layout.find(serving.slot.placement()), nullptr);
    EXPECT_TRUE(std::ranges::any_of(substitutes(of, wants_[serving.want]), [&](const auto& s) {
      return s.profile->id == serving.slot.profile();
    }));
  }

  void add(const FleetGpu& before, const FleetGpuPlan& planned) {
    EXPECT_TRUE(check(*before.model, planned.layout).has_value());
    std::set<Placement> used;
    for (std::size_t i = 0; i < before.layout.size(); ++i) {
      const Slot& slot = before.layout.slots()[i];
      const Slot* const after = planned.layout.find(slot.placement());
      EXPECT_TRUE(!before.is_busy(i) || (after && *after == slot)) << "in use, and harmed";
      destroyed_ += after && after->profile() == slot.profile() ? 0 : 1;
      if (before.is_busy(i)) {
        used.insert(slot.placement());
      }
    }
    for (const FleetServing& serving : planned.serves) {
      serve(*before.model, serving, planned.layout, 1);
      EXPECT_TRUE(used.insert(serving.slot.placement()).second) << "serves twice";
      const Slot* const old = before.layout.find(serving.slot.placement());
      EXPECT_EQ(serving.created, old == nullptr || old->profile() != serving.slot.profile());
    }
  }

 private:
  std::span<const FleetWant> wants_;
  std::vector<std::int64_t> served_;
  std::int64_t destroyed_ = 0;
};

// Whether the plan is what it says, looked at from the outside.
void expect_sound(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                  const FleetRequest& request, const FleetPlan& plan) {
  Audit audit(wants);
  for (const FleetGpuPlan& planned : plan.gpus) {
    audit.add(fleet[planned.gpu], planned);
  }
  for (const BoughtGpus& bought : plan.bought) {
    const Model& of = *request.purchases[bought.purchase].model;
    EXPECT_TRUE(check(of, bought.layout).has_value());
    for (const FleetServing& serving : bought.serves) {
      audit.serve(of, serving, bought.layout, bought.count);
    }
  }
  for (std::size_t i = 0; i < wants.size(); ++i) {
    EXPECT_EQ(audit.served(i), plan.wants[i].served);
    EXPECT_EQ(audit.served(i) + plan.wants[i].unserved, wants[i].count);
  }
  if (const Objective* const least = plan.find(Goal::kDestroyed)) {
    EXPECT_EQ(audit.destroyed(), least->value);
  }
  for (const GoalOutcome& goal : plan.goals) {
    EXPECT_LE(goal.objective.bound, goal.objective.value);
  }
}

TEST(PlanFleetTest, BuysTheFewestGpusForADemand) {
  const FleetRequest request = buying("a100-80gb");
  const std::vector<FleetWant> wants = {want(3, "3g.40gb"), want(5, "1g.10gb"), want(1, "whole")};
  const Result<FleetPlan> plan = plan_fleet({}, wants, request);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->find(Goal::kGpus)->value, 4);
  EXPECT_TRUE(plan->optimal());
  EXPECT_TRUE(plan->serves_all());
  expect_sound({}, wants, request, *plan);
}

TEST(PlanFleetTest, WhatIsInUseStaysAndIdleInstancesServeFirst) {
  const std::vector<FleetGpu> fleet = {
      gpu(0, "a100-80gb", {{"3g.40gb", 4}, {"2g.20gb", 0}}, 0b10),  // 3g in use, 2g idle.
      gpu(1, "a100-80gb", {{"7g.80gb", 0}})};
  const std::vector<FleetWant> wants = {want(1, "2g.20gb"), want(1, "1g.10gb")};
  const Result<FleetPlan> plan = plan_fleet(fleet, wants);
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE(plan->serves_all());
  EXPECT_EQ(plan->find(Goal::kGpus)->value, 1);
  EXPECT_EQ(plan->find(Goal::kDestroyed)->value, 0);
  ASSERT_EQ(plan->gpus.size(), 1U);
  EXPECT_EQ(plan->gpus[0].gpu, 0U);
  EXPECT_EQ(plan->gpus[0].layout.size(), 3U);
  expect_sound(fleet, wants, {}, *plan);
}

TEST(PlanFleetTest, ServesTheMostWeightWhereNotAllFits) {
  const std::vector<FleetGpu> fleet = {gpu(0, "a100-80gb")};
  std::vector<FleetWant> wants = {want(1, "whole"), want(7, "1g.10gb")};
  Result<FleetPlan> plan = plan_fleet(fleet, wants);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->find(Goal::kUnserved)->value, 1);
  EXPECT_EQ(plan->wants[0].unserved, 1);
  wants[0].weight = 8;
  plan = plan_fleet(fleet, wants);
  EXPECT_EQ(plan->find(Goal::kUnserved)->value, 7);
  EXPECT_EQ(plan->wants[1].unserved, 7);
  const Result<std::vector<OneMore>> more = one_more(fleet, wants);
  ASSERT_TRUE(more.has_value());
  ASSERT_EQ(more->size(), 1U);
  EXPECT_EQ(more->front().unserved, 0);
}

TEST(PlanFleetTest, ALargerProfileServesAtItsPriceAndOnlyIfItMay) {
  const std::vector<FleetGpu> fleet = {gpu(0, "a100-80gb", {{"3g.40gb", 4}, {"3g.40gb", 0}}, 0b01)};
  std::vector<FleetWant> wants = {want(1, "2g.20gb")};
  // Without leave the idle 3g.40gb makes room.
  Result<FleetPlan> plan = plan_fleet(fleet, wants);
  EXPECT_EQ(plan->find(Goal::kDestroyed)->value, 1);
  wants[0].larger = 5;
  plan = plan_fleet(fleet, wants);
  EXPECT_EQ(plan->find(Goal::kDestroyed)->value, 0);
  EXPECT_EQ(plan->find(Goal::kPrice)->value, 2 * 5);
  expect_sound(fleet, wants, {}, *plan);
  // The other way round the price is what counts.
  plan = plan_fleet(fleet, wants, {.goals = {Goal::kUnserved, Goal::kPrice, Goal::kDestroyed}});
  EXPECT_EQ(plan->find(Goal::kPrice)->value, 0);
  EXPECT_EQ(plan->find(Goal::kDestroyed)->value, 1);
}

TEST(PlanFleetTest, TenantsDrainAndHealthAreObeyed) {
  std::vector<FleetGpu> fleet = {gpu(0, "a30-24gb"), gpu(1, "a30-24gb"), gpu(2, "a30-24gb"),
                                 gpu(3, "a30-24gb")};
  fleet[0].drain = true;
  fleet[1].healthy = false;
  fleet[2].tenant = "physics";
  std::vector<FleetWant> wants = {want(8, "1g.6gb")};
  Result<FleetPlan> plan = plan_fleet(fleet, wants);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->wants[0].served, 4);
  ASSERT_EQ(plan->gpus.size(), 1U);
  EXPECT_EQ(plan->gpus[0].gpu, 3U);
  wants[0].tenant = "physics";
  plan = plan_fleet(fleet, wants);
  EXPECT_EQ(plan->wants[0].served, 8);
}

TEST(PlanFleetTest, AnIdleInstanceThatWasCutIsNotUsed) {
  FleetGpu cut = gpu(0, "a100-80gb");
  const Profile& whole = cut.model->whole();
  const auto compute = std::ranges::find_if(whole.compute_profiles,
                                            [](const ComputeProfile& p) { return !p.fills; });
  ASSERT_NE(compute, whole.compute_profiles.end());
  const Slot slot =
      Slot::bare(whole, 0)
          .with_compute(whole, {.profile = compute->id, .placement = compute->placements[0]})
          .value();
  cut.layout = cut.layout.with(*cut.model, slot).value();
  const std::vector<FleetWant> wants = {want(1, "whole"), want(1, "1g.10gb")};
  const Result<FleetPlan> plan = plan_fleet(std::vector{cut}, wants);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->wants[0].unserved + plan->wants[1].unserved, 2);
}

TEST(PlanFleetTest, NeedsAreServedByWhateverModelHasEnough) {
  const FleetRequest request{
      .purchases = {{.model = &model("a30-24gb"), .count_max = 1, .cost = 1},
                    {.model = &model("h100-80gb-sxm5"), .count_max = -1, .cost = 4}}};
  const std::vector<FleetWant> wants = {{.what = ByNeed{.memory_min = {5000}}, .count = 9}};
  const Result<FleetPlan> plan = plan_fleet({}, wants, request);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->find(Goal::kBought)->value, 5);  // Four on the A30, five on an H100.
  EXPECT_EQ(plan->find(Goal::kGpus)->value, 2);
  expect_sound({}, wants, request, *plan);
}

TEST(PlanFleetTest, RefusesWhatMakesNoSense) {
  const std::vector<FleetGpu> fleet = {gpu(0, "a30-24gb")};
  const auto message = [&](const FleetWant& wanted) {
    return plan_fleet(fleet, std::vector{wanted}).error().message;
  };
  EXPECT_THAT(message(want(-1, "1g.6gb")), HasSubstr("a count of -1 for 1g.6gb"));
  EXPECT_THAT(message(want(kMaxFleetCount + 1, "1g.6gb")), HasSubstr("is not from 0 to 100000000"));
  EXPECT_THAT(message(want(1, "3g.40gb")), HasSubstr("none of the GPUs can ever serve 3g.40gb"));
  EXPECT_THAT(message(want(1, "1c.2g.12gb")), HasSubstr("can ever serve"));
  FleetWant heavy = want(1, "1g.6gb");
  heavy.weight = 0;
  EXPECT_THAT(message(heavy), HasSubstr("a weight of 0"));
  heavy = want(1, "1g.6gb");
  heavy.larger = -1;
  EXPECT_THAT(message(heavy), HasSubstr("a price of -1"));
  const std::vector<FleetWant> many = {want(kMaxFleetCount, "1g.6gb"), want(1, "2g.12gb")};
  EXPECT_THAT(plan_fleet(fleet, many).error().message, HasSubstr("100000001 instances are more"));
  EXPECT_THAT(plan_fleet(fleet, {}, {.goals = {Goal::kGpus, Goal::kGpus}}).error().message,
              HasSubstr("twice"));
  const Result<FleetPlan> short_of =
      plan_fleet(fleet, std::vector{want(5, "1g.6gb")}, {.goals = {Goal::kGpus}});
  EXPECT_EQ(short_of.error().code, ErrorCode::kUnsatisfiable);
  const std::vector<FleetGpu> twins = {gpu(0, "a30-24gb"), gpu(0, "a30-24gb")};
  EXPECT_THAT(plan_fleet(twins, {}).error().message, HasSubstr("another GPU of this name"));
}

// Every demand that some number of GPUs can serve, by exhaustion.

using Demand = ProfileCounts;

// What one GPU more can serve, beside what was served with fewer.
void add_gpu(const std::set<Demand>& one, int gpus, std::map<Demand, int>& least) {
  const std::map<Demand, int> before = least;
  for (const auto& [demand, used] : before) {
    for (const Demand& more : one) {
      Demand sum = demand;
      std::ranges::transform(sum, more, sum.begin(), std::plus{});
      least.try_emplace(sum, gpus);
    }
  }
}

std::map<Demand, int> least_gpus(const Model& of, const ProfileFilter& filter, int gpus_max) {
  std::set<Demand> one;
  for (const Layout& layout : all_layouts(of, filter)) {
    one.insert(count_profiles(of, layout));
  }
  std::map<Demand, int> least = {{Demand(of.profiles.size(), 0), 0}};
  for (int gpus = 1; gpus <= gpus_max; ++gpus) {
    add_gpu(one, gpus, least);
  }
  return least;
}

std::vector<FleetWant> wants_of(const Model& of, const Demand& demand) {
  std::vector<FleetWant> wants;
  for (std::size_t profile = 0; profile < demand.size(); ++profile) {
    if (demand[profile] > 0) {
      wants.push_back(want(demand[profile], of.profiles[profile].name));
    }
  }
  return wants;
}

constexpr std::size_t kAllDemands = std::numeric_limits<std::size_t>::max() / 2;

// Of all demands that so many GPUs can serve, about as many as are wanted, evenly spread.
void expect_least(std::string_view key, const ProfileFilter& filter, int gpus_max,
                  std::size_t demands_max) {
  const Model& of = model(key);
  const std::map<Demand, int> least = least_gpus(of, filter, gpus_max);
  const std::size_t step = (least.size() + demands_max - 1) / demands_max;
  std::size_t i = 0;
  for (const auto& [demand, gpus] : least) {
    if (i++ % step != 0) {
      continue;
    }
    const std::vector<FleetWant> wants = wants_of(of, demand);
    const FleetRequest request{.goals = {Goal::kUnserved, Goal::kGpus},
                               .purchases = {{.model = &of}}};
    const Result<FleetPlan> plan = plan_fleet({}, wants, request);
    ASSERT_TRUE(plan.has_value()) << plan.error().message;
    ASSERT_EQ(plan->find(Goal::kGpus)->value, gpus) << testing::PrintToString(demand);
    ASSERT_TRUE(plan->optimal() && plan->serves_all()) << testing::PrintToString(demand);
    expect_sound({}, wants, request, *plan);
  }
}

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.double_memory();
}

TEST(PlanFleetTest, EveryDemandOfThreeA30NeedsAsManyGpusAsExhaustionFinds) {
  expect_least("a30-24gb", plain, 3, kAllDemands);
}

TEST(PlanFleetTest, DemandsOfThreeA100NeedAsManyGpusAsExhaustionFinds) {
  expect_least("a100-80gb", plain, 3, 800);
}

TEST(PlanFleetTest, DemandsOfThreeOfEachModelNeedAsManyGpusAsExhaustionFinds) {
  for (const Model& of : catalogue()) {
    SCOPED_TRACE(of.key);
    expect_least(of.key, plain, 3, 40);
  }
}

TEST(PlanFleetTest, DemandsWithMediaProfilesNeedAsManyGpusAsExhaustionFinds) {
  expect_least("a30-24gb", {}, 2, kAllDemands);
  expect_least("h100-80gb-sxm5", {}, 1, 60);
}

// Small fleets with something on them, by exhaustion: the same lexicographic optimum.

class SmallFleet {
 public:
  SmallFleet(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants)
      : fleet_(fleet), wants_(wants) {
    std::vector<std::int64_t> supply(wants.size(), 0);
    choose(0, supply, 0, 0);
  }

  // Unserved weight, GPUs in use, destroyed.
  std::tuple<std::int64_t, std::int64_t, std::int64_t> best() const { return best_; }

 private:
  std::int64_t unserved(const std::vector<std::int64_t>& supply) const {
    std::int64_t weight = 0;
    for (std::size_t w = 0; w < wants_.size(); ++w) {
      weight += std::max<std::int64_t>(wants_[w].count - supply[w], 0) * wants_[w].weight;
    }
    return weight;
  }

  // Instances that are not in the layout; nullopt if one of them is in use.
  static std::optional<std::int64_t> gone_from(const FleetGpu& gpu, const Layout& layout) {
    std::int64_t gone = 0;
    for (std::size_t k = 0; k < gpu.layout.size(); ++k) {
      const Slot& slot = gpu.layout.slots()[k];
      const Slot* const after = layout.find(slot.placement());
      const bool stays = after != nullptr && *after == slot;
      if (!stays && gpu.is_busy(k)) {
        return std::nullopt;
      }
      gone += stays ? 0 : 1;
    }
    return gone;
  }

  void choose(std::size_t i, const std::vector<std::int64_t>& supply, std::int64_t gpus,
              std::int64_t destroyed) {
    if (i == fleet_.size()) {
      best_ = std::min(best_, std::tuple(unserved(supply), gpus, destroyed));
      return;
    }
    const FleetGpu& gpu = fleet_[i];
    choose(i + 1, supply, gpus + (gpu.busy != 0 ? 1 : 0), destroyed);  // Left alone.
    for (const Layout& layout : all_layouts(*gpu.model, plain)) {
      const std::optional<std::int64_t> gone = gone_from(gpu, layout);
      std::vector<std::int64_t> more = supply;
      for (std::size_t w = 0; w < wants_.size(); ++w) {
        const ProfileId id = substitutes(*gpu.model, wants_[w]).front().profile->id;
        more[w] += layout.count(id) - gpu.in_use().count(id);
      }
      if (gone) {
        choose(i + 1, more, gpus + 1, destroyed + *gone);
      }
    }
  }

  std::span<const FleetGpu> fleet_;
  std::span<const FleetWant> wants_;
  std::tuple<std::int64_t, std::int64_t, std::int64_t> best_ = {
      std::numeric_limits<std::int64_t>::max(), 0, 0};
};

TEST(PlanFleetTest, SmallFleetsInUseAreCompletedAsExhaustionDoes) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    fleet::Random random(seed);
    std::vector<FleetGpu> fleet;
    for (unsigned i = 0; i < 3; ++i) {
      FleetGpu next = gpu(i, "a30-24gb");
      const std::vector<Layout> layouts = all_layouts(*next.model, plain);
      next.layout = layouts[random.below(layouts.size())];
      next.busy = static_cast<std::uint8_t>(random.below(1ULL << next.layout.size()));
      fleet.push_back(next);
    }
    std::vector<FleetWant> wants = {want(static_cast<std::int64_t>(random.below(6)), "1g.6gb"),
                                    want(static_cast<std::int64_t>(random.below(3)), "2g.12gb"),
                                    want(static_cast<std::int64_t>(random.below(2)), "4g.24gb")};
    for (FleetWant& each : wants) {
      each.weight = 1 + static_cast<std::int64_t>(random.below(4));
    }
    const FleetRequest request{.goals = {Goal::kUnserved, Goal::kGpus, Goal::kDestroyed}};
    const Result<FleetPlan> plan = plan_fleet(fleet, wants, request);
    ASSERT_TRUE(plan.has_value());
    const auto [unserved, gpus, destroyed] = SmallFleet(fleet, wants).best();
    EXPECT_EQ(plan->goals[0].objective.value, unserved) << seed;
    EXPECT_EQ(plan->goals[1].objective.value, gpus) << seed;
    EXPECT_EQ(plan->goals[2].objective.value, destroyed) << seed;
    EXPECT_TRUE(plan->optimal()) << seed;
    expect_sound(fleet, wants, request, *plan);
  }
}

}  // namespace
}  // namespace sectile
