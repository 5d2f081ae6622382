// What a change of the MIG mode does on each kind of GPU, in real and in virtual machines.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "sectile/apply/apply.h"
#include "sectile/apply/mode_rule.h"
#include "sectile/emulator/emulator.h"
#include "sectile/geometry/catalogue.h"
#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

using emulator::Place;

class ModeTest : public testing::Test {
 protected:
  std::string node_folder() const { return folder_.path() / "node"; }

  void emulate(const std::string& key, Place place, int branch = 580, int count = 1) const {
    emulator::GpuDescription gpu;
    gpu.model = find_model(key).value();
    gpu.place = place;
    gpu.count = count;
    emulator::NodeDescription node;
    node.gpus = {gpu};
    node.driver_branch = branch;
    const Status made = emulator::create_node(node_folder(), node);
    ASSERT_TRUE(made) << made.error().message;
  }

  static Node open() { return Node::open(SECTILE_LIBRARY).value(); }
  static Snapshot read() { return open().read().value(); }

  // The mode of the first GPU, now and pending.
  static std::pair<MigMode, MigMode> modes() {
    const Snapshot now = read();
    return {now.gpus[0].mode, now.gpus[0].pending};
  }

  static GpuTarget with_mode(const Snapshot& now, bool enabled) {
    return {.uuid = now.gpus[0].uuid,
            .mig_enabled = enabled,
            .layout = {},
            .exact_placement = true,
            .mode_only = true};
  }

  ScratchFolder folder_;
  TestVariable state_{"SECTILE_STATE_DIR", folder_.path() / "state"};
  TestVariable node_{emulator::kStateEnvironment, node_folder()};
};

constexpr std::pair kOff(MigMode::kDisabled, MigMode::kDisabled);
constexpr std::pair kOn(MigMode::kEnabled, MigMode::kEnabled);
constexpr std::pair kGoesOn(MigMode::kDisabled, MigMode::kEnabled);

TEST_F(ModeTest, HopperAndLaterChangeAtOnceAndForgetAtAReboot) {
  for (const char* key : {"h100-80gb-sxm5", "rtx-pro-6000-bw"}) {
    for (const Place place : {Place::kBareMetal, Place::kPassthrough}) {
      std::filesystem::remove_all(node_folder());
      emulate(key, place);
      Node node = open();
      const Snapshot before = node.read().value();
      EXPECT_EQ(mode_rule(before.gpus[0], before.models[0]).commit, ModeCommit::kAtOnce);
      EXPECT_FALSE(mode_rule(before.gpus[0], before.models[0]).persists);
      const ChangePlan plan = prepare(before, {with_mode(before, true)}).value();
      EXPECT_FALSE(plan.changes[0].needs_reset);
      const Result<Applied> applied = execute(node, plan);
      ASSERT_TRUE(applied) << applied.error().message;
      EXPECT_EQ(modes(), kOn);
      ASSERT_TRUE(emulator::reboot_node(node_folder()));
      EXPECT_EQ(modes(), kOff);
    }
  }
}

TEST_F(ModeTest, AmpereIsResetByTheDriverIfIdleAndRemembers) {
  emulate("a100-80gb", Place::kBareMetal, 580, 2);
  Node node = open();
  const Snapshot before = node.read().value();
  EXPECT_EQ(mode_rule(before.gpus[0], before.models[0]).commit, ModeCommit::kReset);
  const ChangePlan plan = prepare(before, {with_mode(before, true)}).value();
  EXPECT_TRUE(plan.changes[0].needs_reset);
  ASSERT_TRUE(execute(node, plan));
  EXPECT_EQ(modes(), kOn);
  ASSERT_TRUE(emulator::reboot_node(node_folder()));
  EXPECT_EQ(modes(), kOn);
  EXPECT_EQ(read().gpus[1].mode, MigMode::kDisabled);
}

TEST_F(ModeTest, AmpereInAVirtualMachineWaitsForItsReboot) {
  emulate("a100-80gb", Place::kPassthrough);
  Node node = open();
  const Snapshot before = node.read().value();
  EXPECT_EQ(before.gpus[0].virtualization, Virtualization::kPassthrough);
  EXPECT_EQ(mode_rule(before.gpus[0], before.models[0]).commit, ModeCommit::kReboot);
  const ChangePlan plan = prepare(before, {with_mode(before, true)}).value();
  const Result<Applied> applied = execute(node, plan);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(modes(), kGoesOn);
  EXPECT_EQ(emulator::reset_gpus(node_folder(), {0}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(modes(), kGoesOn);
  ASSERT_TRUE(emulator::reboot_node(node_folder()));
  EXPECT_EQ(modes(), kOn);
}

TEST_F(ModeTest, AVirtualGpuIsRefusedAndShown) {
  emulate("h100-80gb-sxm5", Place::kVgpu);
  Node node = open();
  const Snapshot now = node.read().value();
  ASSERT_EQ(now.gpus.size(), 1U);
  EXPECT_FALSE(now.gpus[0].capable());
  const Result<ChangePlan> plan = prepare(now, {with_mode(now, true)});
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("its host decides"), std::string::npos);
  // The driver would not let us either.
  EXPECT_EQ(node.set_mode(now.gpus[0].uuid, true).error().code, ErrorCode::kPermission);
}

// Up to branch 535 a driver tells no profiles while MIG is off: the catalogue does.
TEST_F(ModeTest, AnOldDriverThatTellsNoProfilesIsPlannedForAllTheSame) {
  for (const char* key : {"a100-80gb", "h100-80gb-sxm5", "a30-24gb"}) {
    std::filesystem::remove_all(node_folder());
    emulate(key, Place::kBareMetal, 535);
    Node node = open();
    const Snapshot before = node.read().value();
    ASSERT_FALSE(before.warnings.empty());
    const Model& model = before.models[0];
    const Layout wanted = Layout().with(model, Slot(model.profiles.back(), 0)).value();
    GpuTarget target = with_mode(before, true);
    target.mode_only = false;
    target.layout = wanted;
    const Result<Applied> applied = execute(node, prepare(before, {target}).value());
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(read().gpus[0].layout, wanted) << key;
  }
}

// GPUs without MIG of a board with NVLink reach each other; one in MIG mode has left the fabric.
TEST_F(ModeTest, LinkedGpusAreKnown) {
  emulate("a100-80gb", Place::kBareMetal, 580, 3);
  Node node = open();
  const Snapshot now = node.read().value();
  EXPECT_EQ(node.linked(now, now.gpus[0].uuid)->size(), 2U);
  ASSERT_TRUE(node.set_mode(now.gpus[1].uuid, true));
  EXPECT_EQ(node.linked(now, now.gpus[0].uuid).value(), std::vector<std::string>{now.gpus[2].uuid});
}

}  // namespace
}  // namespace sectile
