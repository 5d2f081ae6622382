#include "sectile/plan/transition.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using testing::layout;
using testing::model;
using testing::text;

// Slots of both with the same profile and placement.
std::vector<Slot> in_common(const Layout& from, const Layout& to) {
  std::vector<Slot> common;
  for (const Slot& slot : to.slots()) {
    const Slot* old = from.find(slot.placement());
    if (old != nullptr && old->profile() == slot.profile()) {
      common.push_back(slot);
    }
  }
  return common;
}

// Makes the steps one by one, as a driver would.
void expect_sound(const Model& model, const Layout& from, const Layout& to) {
  const Result<Transition> steps = transition(model, from, to);
  ASSERT_TRUE(steps) << steps.error().message;
  Layout now = from;
  for (const Step& step : steps->steps) {
    const Result<Layout> next = after(model, now, step);
    ASSERT_TRUE(next) << next.error().message << ": " << text(model, from) << " to "
                      << text(model, to);
    now = *next;
    ASSERT_TRUE(check(model, now)) << text(model, now);
  }
  ASSERT_EQ(now, to) << text(model, now);
  ASSERT_EQ(steps->kept, in_common(from, to));
  ASSERT_EQ(steps->kept.size() + steps->destroyed.size(), from.size());
  ASSERT_EQ(steps->kept.size() + steps->created.size(), to.size());
  ASSERT_EQ(steps->empty(), from == to);
}

void expect_all_pairs_sound(const Model& model, const std::vector<Layout>& layouts,
                            std::size_t stride) {
  for (std::size_t i = 0; i < layouts.size() * layouts.size(); i += stride) {
    expect_sound(model, layouts[i / layouts.size()], layouts[i % layouts.size()]);
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
  }
}

bool is_plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.double_memory() && !profile.graphics;
}

TEST(TransitionTest, EveryPairOfLayoutsOfThor) {
  const Model& thor = model("jetson-thor");
  expect_all_pairs_sound(thor, all_layouts(thor), 1);
}

TEST(TransitionTest, EveryPairOfPlainLayoutsOfA30AndASampleOfAll) {
  const Model& a30 = model("a30-24gb");
  expect_all_pairs_sound(a30, all_layouts(a30, is_plain), 1);
  expect_all_pairs_sound(a30, all_layouts(a30), 7);
}

TEST(TransitionTest, EveryPairOfPlainLayoutsOfA100) {
  const Model& a100 = model("a100-80gb");
  const std::vector<Layout> layouts = all_layouts(a100, is_plain);
  ASSERT_EQ(layouts.size(), 298U);
  expect_all_pairs_sound(a100, layouts, 1);
}

TEST(TransitionTest, SmallChangeTouchesNothingElse) {
  const Model& a100 = model("a100-80gb");
  const Layout from = layout(a100, {{"3g.40gb", 4}, {"2g.20gb", 0}, {"1g.10gb", 2}});
  const Layout to = layout(a100, {{"3g.40gb", 4}, {"2g.20gb", 0}, {"2g.20gb", 2}});
  const Transition steps = transition(a100, from, to).value();
  EXPECT_EQ(steps.kept.size(), 2U);
  ASSERT_EQ(steps.steps.size(), 4U);
  EXPECT_EQ(steps.steps[0].kind, StepKind::kDestroyCompute);
  EXPECT_EQ(steps.steps[1].kind, StepKind::kDestroyInstance);
  EXPECT_EQ(steps.steps[2].kind, StepKind::kCreateInstance);
  EXPECT_EQ(steps.steps[3].kind, StepKind::kCreateCompute);
}

// A 3g with compute instances of one slice at these places.
Slot with_ones(const Model& model, int start, const std::vector<int>& ones) {
  const Profile& profile = *model.find_by_name("3g.40gb");
  Slot slot = Slot::bare(profile, start);
  for (const int one : ones) {
    const ComputeSlot compute{.profile = {0}, .placement = {.start = one, .size = 1}};
    slot = slot.with_compute(profile, compute).value();
  }
  return slot;
}

TEST(TransitionTest, ComputeInstancesChangeWithoutTheirGpuInstance) {
  const Model& a100 = model("a100-80gb");
  const Layout from = Layout().with(a100, with_ones(a100, 4, {0, 1})).value();
  const Layout to = Layout().with(a100, with_ones(a100, 4, {1, 2})).value();
  const Transition steps = transition(a100, from, to).value();
  ASSERT_EQ(steps.steps.size(), 2U);
  EXPECT_EQ(steps.steps[0].kind, StepKind::kDestroyCompute);
  EXPECT_EQ(steps.steps[0].compute.placement.start, 0);
  EXPECT_EQ(steps.steps[1].kind, StepKind::kCreateCompute);
  EXPECT_EQ(steps.steps[1].compute.placement.start, 2);
  expect_sound(a100, from, to);
  expect_sound(a100, from, Layout());
  expect_sound(a100, from, layout(a100, {{"3g.40gb", 4}}));
}

TEST(TransitionTest, IllegalTargetIsRefused) {
  const Model& a100 = model("a100-80gb");
  const Profile& four = *a100.find_by_name("4g.40gb");
  const Layout wrong = Layout().with_unchecked(Slot(four, 4)).value();
  const Result<Transition> steps = transition(a100, {}, wrong);
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().code, ErrorCode::kUnsatisfiable);
}

TEST(AfterTest, RefusesWhatADriverWould) {
  const Model& a100 = model("a100-80gb");
  const Profile& three = *a100.find_by_name("3g.40gb");
  const Layout now = layout(a100, {{"3g.40gb", 4}});
  const ComputeSlot full = now.slots()[0].compute()[0];
  const ComputeSlot other{.profile = {0}, .placement = {.start = 0, .size = 1}};
  const auto code = [&](Step step) { return after(a100, now, step).error().code; };
  EXPECT_EQ(code({StepKind::kDestroyInstance, three.id, three.at(4), {}}), ErrorCode::kBusy);
  EXPECT_EQ(code({StepKind::kDestroyInstance, three.id, three.at(0), {}}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({StepKind::kDestroyInstance, {5}, three.at(4), {}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({StepKind::kDestroyCompute, three.id, three.at(4), other}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({StepKind::kCreateCompute, three.id, three.at(4), other}),
            ErrorCode::kUnsatisfiable);
  EXPECT_EQ(code({StepKind::kCreateCompute, three.id, three.at(0), full}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({StepKind::kCreateInstance, three.id, three.at(4), {}}),
            ErrorCode::kUnsatisfiable);
  EXPECT_EQ(code({StepKind::kCreateInstance, three.id, {.start = 0, .size = 2}, {}}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({StepKind::kCreateInstance, {99}, {.start = 0, .size = 4}, {}}),
            ErrorCode::kInvalidArgument);
}

TEST(AfterTest, ThorKeepsWhatAnotherNeeds) {
  const Model& thor = model("jetson-thor");
  const Profile& needed = *thor.find_by_name("2g.0gb+gfx");
  const Layout both = Layout()
                          .with(thor, Slot::bare(needed, 0))
                          .value()
                          .with(thor, Slot::bare(*thor.find_by_name("1g.0gb+me"), 2))
                          .value();
  EXPECT_FALSE(after(thor, both, {StepKind::kDestroyInstance, needed.id, needed.at(0), {}}));
}

}  // namespace
}  // namespace sectile
