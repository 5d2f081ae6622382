#include "sectile/geometry/layout.h"

#include <gtest/gtest.h>

#include <climits>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

const Model& a100() {
  return **find_model("a100-80gb");
}
const Profile& profile(std::string_view name) {
  return *a100().find_by_name(name);
}

Layout with(const Layout& layout, std::string_view name, int start) {
  return layout.with(a100(), Slot(profile(name), start)).value();
}

TEST(LayoutTest, OrderOfAddingDoesNotMatter) {
  const Layout up = with(with(with({}, "3g.40gb", 0), "2g.20gb", 4), "1g.10gb", 6);
  const Layout down = with(with(with({}, "1g.10gb", 6), "2g.20gb", 4), "3g.40gb", 0);
  EXPECT_EQ(up, down);
  EXPECT_EQ(up.diagram(8), "aaaabbc.");
}

TEST(LayoutTest, WithoutIsTheInverseOfWith) {
  const Layout one = with({}, "3g.40gb", 4);
  const Layout two = with(one, "2g.20gb", 0);
  EXPECT_EQ(two.without({0, 2}), one);
  EXPECT_EQ(one.without({4, 4}), Layout());
}

TEST(LayoutTest, UsedAndCountTellWhatIsHeld) {
  const Layout layout = with(with({}, "3g.40gb", 4), "1g.10gb", 1);
  EXPECT_EQ(layout.used(), 0b11110010);
  EXPECT_EQ(layout.count(profile("3g.40gb").id), 1);
  EXPECT_EQ(layout.count(profile("2g.20gb").id), 0);
  EXPECT_EQ(layout.find({4, 4})->profile(), profile("3g.40gb").id);
  EXPECT_EQ(layout.find({4, 2}), nullptr);
}

TEST(LayoutTest, UncheckedStillRefusesOverlapAndHugeNumbers) {
  Profile odd = profile("1g.10gb");
  odd.memory_slices = INT_MAX;
  EXPECT_FALSE(Layout().with_unchecked(Slot::bare(odd, 1)));
  EXPECT_FALSE(Layout().with_unchecked(Slot::bare(profile("1g.10gb"), -1)));
  EXPECT_FALSE(Layout().with_unchecked(Slot::bare(profile("3g.40gb"), kMaxMemorySlices - 3)));
  EXPECT_FALSE(with({}, "3g.40gb", 0).with_unchecked(Slot::bare(profile("1g.10gb"), 3)));
}

TEST(LayoutTest, UncheckedRefusesTheNinthInstance) {
  Layout layout;
  for (int start = 0; start < 8; ++start) {
    layout = layout.with_unchecked(Slot::bare(profile("1g.10gb"), start)).value();
  }
  EXPECT_FALSE(layout.with_unchecked(Slot::bare(profile("1g.10gb"), 8)));
}

TEST(SlotTest, IsFilledByItsDefaultComputeInstance) {
  const Slot slot(profile("3g.40gb"), 4);
  ASSERT_EQ(slot.compute().size(), 1U);
  EXPECT_EQ(slot.compute()[0].placement, (Placement{0, 3}));
  EXPECT_TRUE(Slot::bare(profile("3g.40gb"), 4).compute().empty());
}

TEST(SlotTest, ComputeInstancesAreSortedAndDoNotOverlap) {
  const Profile& seven = profile("7g.80gb");
  const auto add = [&](const Slot& slot, unsigned id, Placement at) {
    return slot.with_compute(seven, {ComputeProfileId{id}, at});
  };
  const Slot one = add(Slot::bare(seven, 0), 1, {4, 2}).value();
  const Slot two = add(one, 2, {0, 3}).value();
  EXPECT_EQ(two.compute()[0].placement, (Placement{0, 3}));
  EXPECT_EQ(add(two, 0, {4, 1}).error().code, ErrorCode::kUnsatisfiable);
  EXPECT_EQ(add(two, 0, {7, 1}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(add(two, 99, {3, 1}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(add(two, 0, {3, 1}));
}

TEST(SlotTest, ComputeSlicesOfOneInstanceNeverExceedItsOwn) {
  const Profile& three = profile("3g.40gb");
  Slot slot = Slot::bare(three, 0);
  for (int start = 0; start < 3; ++start) {
    slot = slot.with_compute(three, {ComputeProfileId{0}, {start, 1}}).value();
  }
  for (const ComputeProfile& compute : three.compute_profiles) {
    EXPECT_TRUE(free_compute_starts(three, slot, compute).empty()) << compute.name;
  }
}

}  // namespace
}  // namespace sectile
