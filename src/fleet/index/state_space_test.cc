#include "sectile/fleet/state_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics;
}

// Every answer of the space against the rules of MIG, for one state.
void expect_agreement(const StateSpace& space, StateNumber state) {
  const Layout& layout = space.layout(state);
  EXPECT_EQ(space.find(layout), state);
  EXPECT_EQ(space.held(state).size(), layout.size());
  for (std::size_t number = 0; number < space.profiles().size(); ++number) {
    const Profile& profile = space.profiles()[number];
    const std::vector<int> starts = free_starts(space.model(), layout, profile);
    ASSERT_EQ(space.placings(number, state).size(), starts.size());
    EXPECT_EQ(space.fits(number, state), !starts.empty());
    for (int start = -1; start <= kMaxMemorySlices; ++start) {
      const StateNumber after = space.placed(number, start, state);
      ASSERT_EQ(after != kNoState, std::ranges::count(starts, start) == 1);
      if (after != kNoState) {
        EXPECT_EQ(space.released(number, start, after), state);
      }
      const Slot* slot = start < 0 ? nullptr : layout.find(profile.at(start));
      const bool held = slot != nullptr && slot->profile() == profile.id;
      const StateNumber before = space.released(number, start, state);
      ASSERT_EQ(before != kNoState, held);
      if (held) {
        EXPECT_EQ(space.layout(before), layout.without(profile.at(start)));
      }
    }
  }
}

TEST(StateSpaceTest, AgreesWithTheRulesOfMigForEveryModelWithItsPlainProfiles) {
  for (const Model& model : catalogue()) {
    const Result<StateSpace> space = StateSpace::of(model, plain);
    if (!space) {
      continue;  // Thor, whose only plain profile may be filtered away.
    }
    EXPECT_EQ(space->layout(kEmptyState), Layout());
    for (std::size_t state = 0; state < space->size(); ++state) {
      expect_agreement(*space, static_cast<StateNumber>(state));
    }
  }
}

TEST(StateSpaceTest, HoldsEveryLayoutAndMoreOnlyWhereDestroyingLeavesMore) {
  for (const char* key : {"a30-24gb", "jetson-thor", "rtx-pro-6000-bw", "a100-40gb"}) {
    const Model& model = **find_model(key);
    const Result<StateSpace> space = StateSpace::of(model);
    ASSERT_TRUE(space) << key;
    for (const Layout& layout : all_layouts(model)) {
      EXPECT_TRUE(space->find(layout)) << key;
    }
    const std::size_t layouts = all_layouts(model).size();
    EXPECT_GE(space->size(), layouts) << key;
    if (model.needs.empty()) {
      EXPECT_EQ(space->size(), layouts) << key;
    }
    expect_agreement(*space, static_cast<StateNumber>(space->size() - 1));
  }
}

TEST(StateSpaceTest, CountsTheLayoutsThatAreKnown) {
  const Model& model = **find_model("a100-80gb");
  const auto five = [](const Profile& profile) {
    return plain(profile) && !profile.double_memory();
  };
  EXPECT_EQ(StateSpace::of(model, five)->size(), 298U);
  EXPECT_EQ(StateSpace::of(model, plain)->size(), 723U);
}

TEST(StateSpaceTest, RefusesNothingToPlaceAndModelsThatContradictThemselves) {
  const Result<StateSpace> none =
      StateSpace::of(**find_model("a30-24gb"), [](const Profile&) { return false; });
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(none.error().message, HasSubstr("a30-24gb: 0 profiles"));
  Model broken = **find_model("a30-24gb");
  broken.memory_slices = 99;
  EXPECT_FALSE(StateSpace::of(broken));
}

TEST(StateSpaceTest, DoesNotFindLayoutsOfOtherModels) {
  const Result<StateSpace> space = StateSpace::of(**find_model("a30-24gb"));
  const Model& other = **find_model("h100-80gb-sxm5");
  const Layout layout = *Layout().with(other, Slot(*other.find_by_name("7g.80gb"), 0));
  EXPECT_FALSE(space->find(layout));
}

}  // namespace
}  // namespace sectile
