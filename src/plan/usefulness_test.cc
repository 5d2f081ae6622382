#include "sectile/plan/usefulness.h"

#include <gtest/gtest.h>

#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using testing::layout;
using testing::model;

// The legal start with the greatest usefulness; the lowest of equal ones.
int best_start(const Model& model, const Layout& before, const char* profile) {
  int best = -1;
  std::int64_t most = -1;
  for (const int start : free_starts(model, before, *model.find_by_name(profile))) {
    const Layout next = before.with(model, Slot(*model.find_by_name(profile), start)).value();
    if (usefulness(model, next) > most) {
      most = usefulness(model, next);
      best = start;
    }
  }
  return best;
}

TEST(UsefulnessTest, SendsEachProfileWhereDriversPutIt) {
  const Model& h100 = model("h100-80gb-sxm5");
  EXPECT_EQ(best_start(h100, {}, "1g.10gb"), 6);
  EXPECT_EQ(best_start(h100, {}, "2g.20gb"), 4);
  EXPECT_EQ(best_start(h100, {}, "3g.40gb"), 4);
  EXPECT_EQ(best_start(h100, layout(h100, {{"3g.40gb", 4}}), "4g.40gb"), 0);
  EXPECT_EQ(best_start(h100, layout(h100, {{"1g.10gb", 6}}), "2g.20gb"), 4);
  EXPECT_EQ(best_start(h100, layout(h100, {{"1g.10gb", 6}, {"2g.20gb", 4}}), "4g.40gb"), 0);
}

TEST(UsefulnessTest, SevenSmallInstancesLandAsOnRealHardware) {
  const Model& h100 = model("h100-80gb-sxm5");
  Layout before;
  for (const int expected : {6, 4, 5, 0, 1, 2, 3}) {
    const int start = best_start(h100, before, "1g.10gb");
    EXPECT_EQ(start, expected);
    before = before.with(h100, Slot(*h100.find_by_name("1g.10gb"), start)).value();
  }
}

TEST(UsefulnessTest, CountsTheSlicesThatEachProfileAloneCouldUse) {
  const Model& a100 = model("a100-80gb");
  // 1g 7, 1g+me 1, 1g double 4 x 2, 2g 3 x 2, 3g 2 x 4, 4g 4, 7g 8.
  const std::int64_t unit = usefulness(a100, {}) / 42;
  EXPECT_EQ(usefulness(a100, {}), 42 * unit);
  // Beside 3g at 4: 1g 4, +me 1, double 4, 2g 4, 3g 4, 4g 4. At 0 there is no 4g, but 1g 3 at 4-6.
  EXPECT_EQ(usefulness(a100, layout(a100, {{"3g.40gb", 4}})), 21 * unit);
  EXPECT_EQ(usefulness(a100, layout(a100, {{"3g.40gb", 0}})), 14 * unit);
  EXPECT_EQ(usefulness(a100, layout(a100, {{"7g.80gb", 0}})), 0);
}

TEST(UsefulnessTest, EmptyGpuOfMoreMemoryIsWorthMore) {
  EXPECT_GT(usefulness(model("h100-80gb-sxm5"), {}), usefulness(model("a30-24gb"), {}));
  EXPECT_GT(usefulness(model("jetson-thor"), {}), 0);
}

void expect_less_than_without_any(const Model& of, const Layout& layout) {
  for (const Slot& slot : layout.slots()) {
    const Layout less = layout.without(slot.placement());
    EXPECT_LT(usefulness(of, layout), usefulness(of, less)) << testing::text(of, layout);
  }
}

// Exhaustive: adding an instance never makes what is left more useful.
TEST(UsefulnessTest, FallsWithEveryInstance) {
  for (const char* key : {"a100-80gb", "a30-24gb", "jetson-thor", "rtx-pro-4500-bw-32gb"}) {
    const Model& of = model(key);
    for (const Layout& each : all_layouts(of)) {
      expect_less_than_without_any(of, each);
    }
  }
}

std::int64_t remaining_slices(const Model& of, const Layout& layout) {
  std::int64_t slices = 0;
  for (const Profile& profile : of.profiles) {
    slices += std::int64_t{remaining_capacity(of, layout, profile)} * profile.memory_slices;
  }
  return slices;
}

// Exhaustive: the count from low starts upwards is the most that fit, as a search finds it.
TEST(UsefulnessTest, AgreesWithTheRemainingCapacityThatASearchFinds) {
  for (const char* key : {"a30-24gb", "jetson-thor", "rtx-pro-4500-bw-32gb"}) {
    const Model& of = model(key);
    for (const Layout& each : all_layouts(of)) {
      EXPECT_EQ(usefulness(of, each) * remaining_slices(of, {}),
                usefulness(of, {}) * remaining_slices(of, each));
    }
  }
}

}  // namespace
}  // namespace sectile
