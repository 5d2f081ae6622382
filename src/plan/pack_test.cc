#include "sectile/plan/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sectile/geometry/fit.h"
#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using ::testing::ElementsAre;
using testing::gpus;
using ::testing::HasSubstr;
using testing::layout;
using testing::model;
using testing::need;
using testing::text;
using testing::want;

std::vector<std::string> texts(const std::vector<PlanGpu>& gpus,
                               const std::vector<Layout>& layouts) {
  std::vector<std::string> result;
  result.reserve(layouts.size());
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    result.push_back(text(*gpus[std::min(i, gpus.size() - 1)].model, layouts[i]));
  }
  return result;
}

TEST(PackTest, LargeAndSmallShareAGpu) {
  const std::vector<PlanGpu> on = gpus(1, model("a100-80gb"));
  const PackResult plan = pack(on, std::vector<Want>{want(1, "3g.40gb"), want(2, "2g.20gb")});
  ASSERT_TRUE(plan);
  EXPECT_THAT(texts(on, plan->layouts), ElementsAre("2g.20gb@0 2g.20gb@2 3g.40gb@4"));
  EXPECT_EQ(plan->gpus_used, 1);
  EXPECT_EQ(plan->gpus_bound, 1);
  EXPECT_TRUE(plan->proven);
}

TEST(PackTest, OrderOfWantsDoesNotLeadToATrap) {
  // First come first served from low starts would put the 3g at 0, where 4g must go.
  const std::vector<PlanGpu> on = gpus(1, model("a100-80gb"));
  const PackResult plan = pack(on, std::vector<Want>{want(1, "3g"), want(1, "4g")});
  ASSERT_TRUE(plan);
  EXPECT_THAT(texts(on, plan->layouts), ElementsAre("4g.40gb@0 3g.40gb@4"));
}

TEST(PackTest, TheExampleThatIsCopiedEverywhereDoesNotFitAndTheReasonIsSaid) {
  const std::vector<PlanGpu> on = gpus(1, model("a100-80gb"));
  const PackResult plan = pack(on, std::vector<Want>{want(2, "3g.40gb"), want(1, "1g.10gb")});
  ASSERT_FALSE(plan);
  const Infeasible& why = plan.error();
  EXPECT_FALSE(why.malformed);
  EXPECT_TRUE(why.proven);
  EXPECT_THAT(why.summary, HasSubstr("2x 3g.40gb (4 memory slices each) take all 8 memory slices "
                                     "although they use only 6 of 7 compute slices"));
  ASSERT_EQ(why.missing.size(), 1U);
  EXPECT_EQ(why.missing[0].want, 1U);
  EXPECT_EQ(why.missing[0].unplaced, 1);
  EXPECT_EQ(why.missing[0].memory_slices_needed, 1);
  EXPECT_EQ(why.missing[0].memory_slices_free, 8);
  EXPECT_EQ(why.missing[0].largest_free_run, 8);
  ASSERT_EQ(why.nearest.size(), 3U);
  EXPECT_EQ(why.nearest[0].difference, "without 1x 1g.10gb");
  EXPECT_THAT(texts(on, why.nearest[0].layouts), ElementsAre("3g.40gb@0 3g.40gb@4"));
  EXPECT_EQ(why.nearest[1].difference, "1x 2g.20gb instead of 3g.40gb");
  EXPECT_THAT(texts(on, why.nearest[1].layouts), ElementsAre("2g.20gb@0 1g.10gb@2 3g.40gb@4"));
  EXPECT_EQ(why.nearest[2].difference, "on 2 GPUs: 1 more a100-80gb");
  EXPECT_THAT(texts(on, why.nearest[2].layouts), ElementsAre("1g.10gb@0 3g.40gb@4", "3g.40gb@4"));
  EXPECT_LT(why.nearest[0].distance, why.nearest[1].distance);
  EXPECT_LT(why.nearest[1].distance, why.nearest[2].distance);
}

TEST(PackTest, TheSameFitsOnTwoGpus) {
  const std::vector<PlanGpu> on = gpus(2, model("a100-80gb"));
  const PackResult plan = pack(on, std::vector<Want>{want(2, "3g.40gb"), want(1, "1g.10gb")});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->gpus_used, 2);
  EXPECT_EQ(plan->gpus_bound, 2);
}

TEST(PackTest, ComputeSlicesAreTheReasonWhereTheyAre) {
  const PackResult plan = pack(gpus(1, model("a100-80gb")), std::vector<Want>{want(8, "1g")});
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().summary,
              HasSubstr("7x 1g.10gb (1 memory slice each) take all 7 compute"));
}

TEST(PackTest, ARuleOfTheGpuIsTheReasonWhereItIs) {
  const PackResult plan =
      pack(gpus(1, model("a100-80gb")), std::vector<Want>{want(2, "1g.10gb+me")});
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().summary, HasSubstr("at most 1 of 1g.10gb+me"));
  ASSERT_GE(plan.error().nearest.size(), 1U);
  EXPECT_EQ(plan.error().nearest[0].difference, "1x 1g.10gb instead of 1g.10gb+me");
  EXPECT_EQ(plan.error().nearest[0].distance, 1);
}

TEST(PackTest, StartsAreTheReasonWhereSlicesAreFreeInTheWrongPlace) {
  std::vector<PlanGpu> on = gpus(1, model("a100-80gb"));
  on[0].kept = layout(model("a100-80gb"), {{"1g.10gb", 1}, {"1g.10gb", 2}, {"2g.20gb", 4}});
  const PackResult plan = pack(on, std::vector<Want>{want(1, "2g")});
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().summary, HasSubstr("4 memory slices are free beside"));
  EXPECT_THAT(plan.error().summary, HasSubstr("2g.20gb at 0, 2 and 4 of a100-80gb"));
}

TEST(PackTest, HoldersOfWhatIsInTheWayAreNamed) {
  std::vector<PlanGpu> on = gpus(2, model("a100-80gb"));
  on[0].kept = layout(model("a100-80gb"), {{"3g.40gb", 4}});
  on[0].holders = {"pid 4711 python"};
  on[1].kept = layout(model("a100-80gb"), {{"1g.10gb", 6}});
  const PackResult plan = pack(on, std::vector<Want>{want(1, "7g")});
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().missing.front().holders,
              ElementsAre("gpu0 4:4 3g.40gb pid 4711 python", "gpu1 6:1 1g.10gb idle"));
}

TEST(PackTest, WantThatNoModelServesIsMalformedAndTheProfilesAreNamed) {
  const PackResult plan =
      pack(gpus(1, model("a30-24gb")), std::vector<Want>{want(1, "1g"), want(1, "3g.40gb")});
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().malformed);
  EXPECT_EQ(plan.error().summary,
            "no profile serves 3g.40gb: a30-24gb offers 4g.24gb, 2g.12gb, 2g.12gb+me, 1g.6gb, "
            "1g.6gb+me");
  EXPECT_TRUE(plan.error().nearest.empty());
}

TEST(PackTest, WithoutGpusNothingFits) {
  const PackResult plan = pack({}, std::vector<Want>{want(1, "1g")});
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().summary, HasSubstr("there is no GPU to plan on"));
  const PackResult nothing = pack({}, {});
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->layouts.empty());
}

TEST(PackTest, WithoutWantsEverythingStays) {
  std::vector<PlanGpu> on = gpus(2, model("a100-80gb"));
  on[1].kept = layout(model("a100-80gb"), {{"3g.40gb", 4}});
  const PackResult plan = pack(on, {});
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->layouts, ElementsAre(Layout(), on[1].kept));
  EXPECT_EQ(plan->gpus_used, 0);
}

TEST(PackTest, UsedGpusAreFilledBeforeAnUnusedOneIsOpened) {
  std::vector<PlanGpu> on = gpus(3, model("a100-80gb"));
  on[1].kept = layout(model("a100-80gb"), {{"3g.40gb", 4}});
  on[2].kept = layout(model("a100-80gb"), {{"4g.40gb", 0}, {"2g.20gb", 4}});
  const PackResult plan = pack(on, std::vector<Want>{want(2, "2g"), want(1, "1g")});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->layouts[0].empty());
  EXPECT_EQ(plan->gpus_opened, 0);
  EXPECT_EQ(text(*on[2].model, plan->layouts[2]), "4g.40gb@0 2g.20gb@4 1g.10gb@6");
}

TEST(PackTest, LargerProfileServesANeedWhenSmallerOnesAreTaken) {
  const std::vector<PlanGpu> on = gpus(1, model("a30-24gb"));
  const PackResult plan = pack(on, std::vector<Want>{need(2, 5), need(1, 11)});
  ASSERT_TRUE(plan);
  EXPECT_THAT(texts(on, plan->layouts), ElementsAre("2g.12gb@0 1g.6gb@2 1g.6gb@3"));
  // Five needs of a quarter: four fit.
  EXPECT_FALSE(pack(on, std::vector<Want>{need(5, 5)}));
  std::vector<PlanGpu> kept = on;
  kept[0].kept = layout(model("a30-24gb"), {{"1g.6gb", 0}});
  EXPECT_TRUE(pack(kept, std::vector<Want>{need(3, 5)}));
}

TEST(PackTest, AmongModelsASmallNeedTakesTheSmallerGpu) {
  std::vector<PlanGpu> on = gpus(1, model("h100-80gb-sxm5"));
  on.push_back({.name = "gpu1", .model = &model("a30-24gb")});
  const PackResult plan = pack(on, std::vector<Want>{need(1, 5)});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->layouts[0].empty());
}

TEST(PackTest, ComputeInstancesShareAGpuInstanceAsFarAsTheyFit) {
  const std::vector<PlanGpu> on = gpus(1, model("a100-80gb"));
  const PackResult three = pack(on, std::vector<Want>{want(3, "1c.3g.40gb")});
  ASSERT_TRUE(three);
  EXPECT_THAT(texts(on, three->layouts), ElementsAre("3g.40gb@4"));
  EXPECT_EQ(three->layouts[0].slots()[0].compute().size(), 3U);
  ASSERT_EQ(three->assignments.size(), 3U);
  EXPECT_EQ(three->assignments[0].slot, three->assignments[2].slot);
  EXPECT_NE(three->assignments[0].compute, three->assignments[2].compute);

  const PackResult mixed =
      pack(on, std::vector<Want>{want(2, "1c.3g.40gb"), want(2, "2c.3g.40gb")});
  ASSERT_TRUE(mixed);
  EXPECT_THAT(texts(on, mixed->layouts), ElementsAre("3g.40gb@0 3g.40gb@4"));
  EXPECT_FALSE(pack(on, std::vector<Want>{want(2, "1c.3g.40gb"), want(3, "2c.3g.40gb")}));
}

TEST(PackTest, ThorsNeedyProfileFitsOnlyBesideTheOneItNeeds) {
  const std::vector<PlanGpu> on = gpus(1, model("jetson-thor"));
  EXPECT_TRUE(pack(on, std::vector<Want>{want(1, "1g.0gb+me"), want(1, "2g.0gb+gfx")}));
  EXPECT_FALSE(pack(on, std::vector<Want>{want(1, "1g.0gb+me")}));
  EXPECT_FALSE(pack(on, std::vector<Want>{want(1, "1g.0gb"), want(1, "2g.0gb")}));
}

TEST(PackTest, AssignmentsFollowTheWantsAndNameWhatIsInTheLayouts) {
  const std::vector<PlanGpu> on = gpus(2, model("a100-80gb"));
  const std::vector<Want> wants = {want(2, "1g"), want(1, "3g"), want(2, "1g.10gb"), want(1, "4g")};
  const PackResult plan = pack(on, wants);
  ASSERT_TRUE(plan);
  std::vector<int> counts(wants.size(), 0);
  for (const Assignment& assignment : plan->assignments) {
    ++counts[assignment.want];
    const Slot* slot = plan->layouts[assignment.gpu].find(assignment.slot.placement());
    ASSERT_NE(slot, nullptr);
    EXPECT_EQ(*slot, assignment.slot);
  }
  EXPECT_THAT(counts, ElementsAre(2, 1, 2, 1));
  EXPECT_TRUE(std::ranges::is_sorted(plan->assignments, {}, &Assignment::want));
}

TEST(PackTest, ReasonsCompareTheChosenStartWithTheBestOther) {
  const PackResult plan = pack(gpus(1, model("a100-80gb")), std::vector<Want>{want(1, "1g")});
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->reasons.size(), 1U);
  EXPECT_THAT(plan->reasons[0].legal_starts, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(plan->reasons[0].usefulness, plan->usefulness);
  EXPECT_GT(plan->reasons[0].usefulness, plan->reasons[0].next_best);
  EXPECT_GT(plan->reasons[0].next_best, 0);
  const PackResult whole = pack(gpus(1, model("a100-80gb")), std::vector<Want>{need(1, 60)});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->reasons[0].next_best, -1);
}

TEST(PackTest, TheSameQuestionGetsTheSameAnswer) {
  const std::vector<PlanGpu> on = gpus(8, model("h100-80gb-sxm5"));
  const std::vector<Want> wants = {need(10, 15), need(5, 30), need(8, 5), want(3, "2g")};
  const PackResult first = pack(on, wants);
  const PackResult second = pack(on, wants);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->layouts, second->layouts);
}

TEST(PackTest, HugeDemandIsRefusedWithoutDelay) {
  const std::vector<PlanGpu> on = gpus(8, model("h100-80gb-sxm5"));
  const PackResult plan = pack(on, std::vector<Want>{want(1000, "7g"), want(1000, "1g")});
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().proven);
  EXPECT_EQ(plan.error().missing.front().unplaced + plan.error().missing.back().unplaced, 1992);
}

TEST(PackTest, SixtyFourGpusAreNoHarderThanEight) {
  const std::vector<PlanGpu> on = gpus(64, model("h100-80gb-sxm5"));
  const PackResult plan =
      pack(on, std::vector<Want>{want(60, "3g"), want(50, "2g"), want(100, "1g")});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->gpus_bound, plan->gpus_used);
}

}  // namespace
}  // namespace sectile
