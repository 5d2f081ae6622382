// The device and apply layers against the emulator's libnvidia-ml.so.1.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "sectile/apply/apply.h"
#include "sectile/emulator/emulator.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

class Live : public testing::TestWithParam<std::string> {
 protected:
  std::string node_folder() const { return folder_.path() / "node"; }

  void emulate(const emulator::NodeDescription& node) const {
    const Status made = emulator::create_node(node_folder(), node);
    ASSERT_TRUE(made) << made.error().message;
  }
  static Node open() { return Node::open(SECTILE_LIBRARY).value(); }

  // Since the emulator makes each change durable.
  ScratchFolder folder_ = ScratchFolder::in_memory();
  TestVariable state_{"SECTILE_STATE_DIR", folder_.path() / "state"};
  TestVariable node_{emulator::kStateEnvironment, node_folder()};
};

emulator::GpuDescription gpu(const std::string& key, bool enabled) {
  emulator::GpuDescription description;
  description.model = find_model(key).value();
  description.mig_enabled = enabled;
  return description;
}

GpuTarget target(const LiveGpu& gpu, const Layout& layout) {
  GpuTarget target;
  target.uuid = gpu.uuid;
  target.layout = layout;
  return target;
}

std::vector<std::string> keys() {
  std::vector<std::string> keys;
  for (const Model& model : catalogue()) {
    keys.push_back(model.key);
  }
  return keys;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase(name, '-');
  return name;
}

TEST_P(Live, GeometryIsThatOfTheCatalogue) {
  for (const int branch : {535, 570, 580}) {
    std::filesystem::remove_all(node_folder());
    emulator::NodeDescription node;
    node.gpus = {gpu(GetParam(), true)};
    node.driver_branch = branch;
    emulate(node);
    const Result<Snapshot> snapshot = open().read();
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    const Model& read = snapshot->models.at(0);
    const Model& known = *node.gpus[0].model;
    EXPECT_EQ(read.key, known.key);
    EXPECT_EQ(read.memory_slices, known.memory_slices);
    for (const Profile& profile : read.profiles) {
      const Profile* same = known.find(profile.id);
      ASSERT_NE(same, nullptr) << profile.name;
      EXPECT_EQ(profile.starts, same->starts);
      EXPECT_EQ(profile.memory_slices, same->memory_slices);
      EXPECT_EQ(profile.compute_slices, same->compute_slices);
      EXPECT_EQ(profile.max_count, same->max_count);
      EXPECT_EQ(read.find_by_name(same->name), &profile) << branch << " " << same->name;
    }
  }
}

// From any layout to any other, exactly as planned, with what both have kept in use meanwhile.
TEST_P(Live, AnyLayoutTurnsIntoAnyOther) {
  emulator::NodeDescription node;
  node.gpus = {gpu(GetParam(), true)};
  emulate(node);
  Node live = open();
  const Snapshot first = live.read().value();
  const std::vector<Layout> layouts = all_layouts(first.models[0]);
  std::mt19937 random(20221122);
  std::uniform_int_distribution<std::size_t> any(0, layouts.size() - 1);
  for (int round = 0; round < 6; ++round) {
    const Layout& to = layouts[any(random)];
    const Snapshot now = live.read().value();
    const Result<ChangePlan> plan = prepare(now, {target(now.gpus[0], to)});
    ASSERT_TRUE(plan) << plan.error().message;
    const Result<Applied> applied = execute(live, *plan);
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_EQ(applied->after.gpus[0].layout, to);
    for (const LiveInstance& instance : applied->after.gpus[0].instances) {
      for (const LiveCompute& compute : instance.compute) {
        EXPECT_TRUE(compute.uuid.starts_with("MIG-")) << compute.uuid;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryModel, Live, testing::ValuesIn(keys()), test_name);

class LiveNode : public Live {};

TEST_F(LiveNode, WithMigOffAnOldDriverLeavesTheGeometryToTheCatalogue) {
  emulator::NodeDescription node;
  node.gpus = {gpu("a100-80gb", false)};
  node.driver_branch = 535;
  emulate(node);
  const Snapshot snapshot = open().read().value();
  EXPECT_EQ(snapshot.models.at(0), *node.gpus[0].model);
  ASSERT_EQ(snapshot.warnings.size(), 1U);
}

TEST_F(LiveNode, AHolderIsNamedAndKeepsItsInstance) {
  emulator::NodeDescription node;
  node.gpus = {gpu("h100-80gb-sxm5", true)};
  const Model& model = *node.gpus[0].model;
  node.gpus[0].instances = {{.profile = model.find_by_name("3g.40gb")->id, .start = 4}};
  emulate(node);
  Node live = open();
  const Snapshot idle = live.read().value();
  emulator::Occupant occupant;
  occupant.pid = static_cast<std::uint32_t>(getpid());
  occupant.gpu_instance = idle.gpus[0].instances.at(0).id.value;
  ASSERT_TRUE(emulator::add_occupant(node_folder(), occupant));
  const Layout whole =
      Layout().with(idle.models[0], Slot(*idle.models[0].find_by_name("7g.80gb"), 0)).value();
  const Result<ChangePlan> plan = prepare(live.read().value(), {target(idle.gpus[0], whole)});
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->blocked.size(), 1U);
  EXPECT_EQ(plan->blocked[0].holders.at(0).pid, occupant.pid);
  const Error error = execute(live, *plan).error();
  EXPECT_EQ(error.code, ErrorCode::kBusy);
  EXPECT_NE(error.message.find("live_test"), std::string::npos) << error.message;
  EXPECT_EQ(live.read()->gpus[0].layout, idle.gpus[0].layout);
}

TEST_F(LiveNode, AmpereWaitsForAResetUnlessOneIsAskedFor) {
  emulator::NodeDescription node;
  node.gpus = {gpu("a100-80gb", false)};
  node.gpus[0].toggle = emulator::Toggle::kReset;
  emulate(node);
  Node live = open();
  const Snapshot now = live.read().value();
  const Layout half =
      Layout().with(now.models[0], Slot(*now.models[0].find_by_name("3g.40gb"), 4)).value();
  const ChangePlan plan = prepare(now, {target(now.gpus[0], half)}).value();
  const Error waits = execute(live, plan).error();
  EXPECT_EQ(waits.code, ErrorCode::kUnavailable);
  EXPECT_NE(waits.next.find("nvidia-smi -r -i " + now.gpus[0].uuid), std::string::npos);

  const ChangePlan again = prepare(live.read().value(), {target(now.gpus[0], half)}).value();
  const Result<Applied> applied = execute(live, again, {.reset = [&](const std::string&) {
                                            return emulator::reset_gpus(node_folder(), {0});
                                          }});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->after.gpus[0].layout, half);
}

// Each call of a change in turn reports success without doing anything, or fails after its effect.
TEST_F(LiveNode, FaultsInTheDriverEndInTheOldLayoutOrTheNewOne) {
  for (const char* fault : {"return=SUCCESS effect=none", "return=UNKNOWN effect=done"}) {
    for (const char* call :
         {"nvmlDeviceCreateGpuInstanceWithPlacement", "nvmlGpuInstanceDestroy",
          "nvmlComputeInstanceDestroy", "nvmlGpuInstanceCreateComputeInstanceWithPlacement"}) {
      std::filesystem::remove_all(node_folder());
      emulator::NodeDescription node;
      node.gpus = {gpu("a30-24gb", true)};
      const Model& model = *node.gpus[0].model;
      node.gpus[0].instances = {{.profile = model.find_by_name("2g.12gb")->id, .start = 2}};
      emulate(node);
      Node live = open();
      const Snapshot before = live.read().value();
      const Layout wanted =
          Layout()
              .with(before.models[0], Slot(*before.models[0].find_by_name("1g.6gb"), 2))
              .value();
      const ChangePlan plan = prepare(before, {target(before.gpus[0], wanted)}).value();
      ASSERT_TRUE(emulator::set_faults(
          node_folder(), std::string("call=") + call + " occurrence=1 " + fault + " transient"));
      const Result<Applied> applied = execute(live, plan);
      const Layout after = live.read()->gpus[0].layout;
      EXPECT_EQ(after, applied ? wanted : before.gpus[0].layout) << call << " " << fault;
      EXPECT_TRUE(applied || applied.error().code != ErrorCode::kNotRestored)
          << applied.error().message;
    }
  }
}

}  // namespace
}  // namespace sectile
