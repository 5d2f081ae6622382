#include <gtest/gtest.h>

#include <random>

#include "sectile/apply/apply.h"
#include "sectile/geometry/enumerate.h"
#include "src/apply/layout_testing.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

GpuTarget target(const Layout& layout, bool exact = true) {
  return {.uuid = "GPU-0",
          .mig_enabled = true,
          .layout = layout,
          .exact_placement = exact,
          .mode_only = false};
}

GpuTarget off() {
  GpuTarget result = target({});
  result.mig_enabled = false;
  return result;
}

TEST(PrepareTest, WhatBothLayoutsHaveStays) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", layout_with(h100(), {{"3g.40gb", 4}, {"2g.20gb", 0}}));
  const ChangePlan plan =
      prepare(fake.node().read().value(),
              {target(layout_with(h100(), {{"3g.40gb", 4}, {"1g.10gb", 0}, {"1g.10gb", 1}}))})
          .value();
  ASSERT_EQ(plan.changes.size(), 1U);
  const Transition& change = plan.changes[0].transition;
  ASSERT_EQ(change.kept.size(), 1U);
  EXPECT_EQ(change.kept[0].placement(), (Placement{4, 4}));
  EXPECT_EQ(change.destroyed.size(), 1U);
  EXPECT_EQ(change.created.size(), 2U);
  EXPECT_EQ(plan.steps(), 6);
  EXPECT_TRUE(plan.blocked.empty());
  EXPECT_FALSE(plan.empty());
}

TEST(PrepareTest, NothingToDoIsAnEmptyPlan) {
  const Layout layout = layout_with(h100(), {{"3g.40gb", 4}});
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", layout);
  const ChangePlan plan = prepare(fake.node().read().value(), {target(layout)}).value();
  EXPECT_TRUE(plan.empty());
  EXPECT_EQ(plan.steps(), 0);
  EXPECT_EQ(plan.changes.size(), 1U);
}

TEST(PrepareTest, BadTargetsAreRefused) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5");
  NvmlTable table = fake.table();
  const Snapshot now = fake.node().read().value();
  GpuTarget stranger = target({});
  stranger.uuid = "GPU-9";
  EXPECT_EQ(prepare(now, {stranger}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(prepare(now, {target({}), target({})}).error().code, ErrorCode::kInvalidArgument);
  const Layout impossible =
      Layout().with_unchecked(Slot(*h100().find_by_name("3g.40gb"), 1)).value();
  EXPECT_FALSE(prepare(now, {target(impossible)}));
  table.DeviceGetMigMode.target = {};
  const Snapshot plain = FakeNvml::node(table).read().value();
  EXPECT_EQ(prepare(plain, {target({})}).error().code, ErrorCode::kInvalidArgument);
}

TEST(PrepareTest, LayoutsThatDoNotFitAreUnsatisfiable) {
  FakeNvml fake;
  fake.add("a30-24gb");
  const Model& a30 = *find_model("a30-24gb").value();
  Layout crowded = layout_with(a30, {{"1g.6gb+me", 0}});
  crowded = crowded.with_unchecked(Slot(*a30.find_by_name("1g.6gb+me"), 1)).value();
  EXPECT_EQ(prepare(fake.node().read().value(), {target(crowded)}).error().code,
            ErrorCode::kUnsatisfiable);
}

TEST(PrepareTest, TheModeChangesWhereItMust) {
  struct Case {
    bool now;
    bool pending;
    bool wanted;
    std::optional<bool> set_mode;
    bool needs_reset;
  };
  for (const Case& one :
       {Case{true, true, true, {}, false}, Case{false, false, false, {}, false},
        Case{false, false, true, true, true}, Case{false, true, true, true, true},
        Case{true, false, true, true, false}, Case{true, true, false, false, true}}) {
    FakeNvml fake;
    FakeNvml::Gpu& gpu = fake.add("a100-40gb");
    gpu.enabled = one.now;
    gpu.pending = one.pending;
    const ChangePlan plan =
        prepare(fake.node().read().value(), {one.wanted ? target({}) : off()}).value();
    EXPECT_EQ(plan.changes[0].set_mode, one.set_mode);
    EXPECT_EQ(plan.changes[0].needs_reset, one.needs_reset);
  }
}

TEST(PrepareTest, SwitchingOffTakesEveryInstanceAway) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5", layout_with(h100(), {{"3g.40gb", 4}}));
  GpuTarget mode_only = off();
  mode_only.mode_only = true;
  for (const GpuTarget& one : {off(), mode_only}) {
    const ChangePlan plan = prepare(fake.node().read().value(), {one}).value();
    EXPECT_EQ(plan.changes[0].transition.destroyed.size(), 1U);
    EXPECT_EQ(plan.changes[0].set_mode, false);
  }
  fake.occupy(gpu, {4, 4}, 7);
  EXPECT_EQ(prepare(fake.node().read().value(), {off()})->blocked.size(), 1U);
}

TEST(PrepareTest, ModeOnlyLeavesTheInstancesAlone) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", layout_with(h100(), {{"3g.40gb", 4}}));
  GpuTarget one = target({});
  one.mode_only = true;
  EXPECT_TRUE(prepare(fake.node().read().value(), {one})->empty());
}

TEST(PrepareTest, AProcessOnTheBareGpuBlocksModeAndFirstInstance) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5");
  gpu.processes.push_back({7, 0, NVML_INVALID_INSTANCE_ID, NVML_INVALID_INSTANCE_ID});
  const Layout wanted = layout_with(h100(), {{"3g.40gb", 4}});
  const ChangePlan first = prepare(fake.node().read().value(), {target(wanted)}).value();
  ASSERT_EQ(first.blocked.size(), 1U);
  EXPECT_EQ(first.blocked[0].profile, "the whole GPU");
  EXPECT_EQ(prepare(fake.node().read().value(), {off()})->blocked.size(), 1U);
  fake.set(gpu, layout_with(h100(), {{"2g.20gb", 0}}));
  const Layout more = layout_with(h100(), {{"2g.20gb", 0}, {"3g.40gb", 4}});
  EXPECT_TRUE(prepare(fake.node().read().value(), {target(more)})->blocked.empty());
}

// A kept GPU instance may lose a compute instance; only its own holders mind.
TEST(PrepareTest, HoldersOfOtherComputeInstancesAreNotInTheWay) {
  const Profile& half = *h100().find_by_name("3g.40gb");
  const ComputeProfile& one = *half.find_compute(ComputeProfileId{0});
  Slot both = Slot::bare(half, 4)
                  .with_compute(half, {one.id, one.placements[0]})
                  .value()
                  .with_compute(half, {one.id, one.placements[1]})
                  .value();
  const Slot first = Slot::bare(half, 4).with_compute(half, {one.id, one.placements[0]}).value();
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5", Layout().with(h100(), both).value());
  fake.occupy(gpu, {4, 4}, 7);  // In the compute instance at 0.
  const Layout without_second = Layout().with(h100(), first).value();
  EXPECT_TRUE(prepare(fake.node().read().value(), {target(without_second)})->blocked.empty());
  const Layout without_first =
      Layout()
          .with(h100(), Slot::bare(half, 4).with_compute(half, {one.id, one.placements[1]}).value())
          .value();
  EXPECT_EQ(prepare(fake.node().read().value(), {target(without_first)})->blocked.size(), 1U);
  gpu.processes[0].computeInstanceId = NVML_INVALID_INSTANCE_ID;  // Then it may be any of them.
  EXPECT_EQ(prepare(fake.node().read().value(), {target(without_second)})->blocked.size(), 1U);
}

TEST(PrepareTest, WherePlacesAreFreeTheBusyInstanceIsKept) {
  for (const int busy : {0, 3, 6}) {
    FakeNvml fake;
    FakeNvml::Gpu& gpu = fake.add(
        "h100-80gb-sxm5", layout_with(h100(), {{"1g.10gb", 0}, {"1g.10gb", 3}, {"1g.10gb", 6}}));
    fake.occupy(gpu, {busy, 1}, 7);
    const Layout one = layout_with(h100(), {{"1g.10gb", 1}});
    const ChangePlan plan = prepare(fake.node().read().value(), {target(one, false)}).value();
    EXPECT_TRUE(plan.blocked.empty());
    ASSERT_EQ(plan.changes[0].to.size(), 1U);
    EXPECT_EQ(plan.changes[0].to.slots()[0].placement(), (Placement{busy, 1}));
  }
}

// A GPU with this layout; every instance that `used` names has a process in it.
void put(LiveGpu& gpu, const Layout& layout, unsigned used) {
  gpu.layout = layout;
  gpu.instances.clear();
  gpu.processes.clear();
  for (const Slot& slot : layout.slots()) {
    LiveInstance instance;
    instance.id = GpuInstanceId{static_cast<std::uint32_t>(gpu.instances.size())};
    instance.profile = slot.profile();
    instance.placement = slot.placement();
    if ((used >> instance.id.value & 1U) != 0) {
      GpuProcess process;
      process.pid = 100 + instance.id.value;
      process.gpu_instance = instance.id;
      gpu.processes.push_back(process);
    }
    gpu.instances.push_back(instance);
  }
}

void expect_common_kept_and_used_named(const LiveGpu& gpu, const Layout& to,
                                       const ChangePlan& plan) {
  for (const LiveInstance& instance : gpu.instances) {
    const Slot* same = to.find(instance.placement);
    const bool common = same != nullptr && same->profile() == instance.profile;
    const bool used = !gpu.holders(instance).empty();
    const std::vector<Slot>& kept = plan.changes[0].transition.kept;
    ASSERT_EQ(std::ranges::count(kept, instance.placement, &Slot::placement), common ? 1 : 0);
    ASSERT_EQ(std::ranges::count(plan.blocked, instance.placement, &BlockedInstance::placement),
              used && !common ? 1 : 0);
  }
  for (const BlockedInstance& blocked : plan.blocked) {
    ASSERT_EQ(blocked.holders.size(), 1U);
    ASSERT_EQ(blocked.holders[0].gpu_instance, gpu.find(blocked.placement)->id);
  }
}

// Every pair of layouts would be a hundred million; these are drawn with a fixed seed.
TEST(PrepareTest, RandomChangesKeepWhatIsCommonAndNameWhoIsInTheWay) {
  std::mt19937 random(20221122);
  for (const char* key : {"h100-80gb-sxm5", "a30-24gb", "rtx-pro-6000-bw"}) {
    FakeNvml fake;
    fake.add(key);
    Snapshot now = fake.node().read().value();
    const std::vector<Layout> layouts = all_layouts(now.models[0]);
    std::uniform_int_distribution<std::size_t> any(0, layouts.size() - 1);
    for (int round = 0; round < 2000; ++round) {
      put(now.gpus[0], layouts[any(random)], static_cast<unsigned>(random()));
      const Layout& to = layouts[any(random)];
      const Result<ChangePlan> plan = prepare(now, {target(to)});
      ASSERT_TRUE(plan) << plan.error().message;
      expect_common_kept_and_used_named(now.gpus[0], to, *plan);
    }
  }
}

}  // namespace
}  // namespace sectile
