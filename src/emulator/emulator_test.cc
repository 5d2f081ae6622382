#include "sectile/emulator/emulator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "src/base/scratch_folder.h"
#include "src/emulator/handles.h"
#include "src/emulator/invariants.h"
#include "src/emulator/sha1.h"
#include "src/emulator/store.h"
#include "src/emulator/sysroot.h"
#include "src/emulator/test_node.h"

namespace sectile::emulator {
namespace {

const auto kPid = static_cast<std::uint32_t>(::getpid());

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

InitialInstance instance(std::uint32_t profile, std::optional<int> start = {}) {
  return {.profile = {profile}, .start = start};
}

// A description whose first GPU begins with these instances.
NodeDescription with_instances(std::string_view model, std::vector<InitialInstance> instances) {
  NodeDescription description = node_of(model);
  description.gpus[0].instances = std::move(instances);
  return description;
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

void expect_same(const ProfileKind& kind, const Profile& profile) {
  EXPECT_EQ(kind.id, profile.id.value);
  EXPECT_EQ(kind.name.view(), profile.name);
  EXPECT_EQ(number(kind.nvml_index), profile.nvml_index);
  EXPECT_EQ(number(kind.memory), profile.memory.value);
  EXPECT_EQ(number(kind.ofa), profile.engines.ofa);
  EXPECT_EQ(kind.graphics != 0, profile.graphics);
  EXPECT_TRUE(std::ranges::equal(kind.starts.view(), profile.starts,
                                 [](auto one, auto other) { return number(one) == other; }));
  ASSERT_EQ(kind.compute.count, profile.compute_profiles.size());
  for (std::uint32_t i = 0; i < kind.compute.count; ++i) {
    const ComputeKind& compute = kind.compute.items[i];
    EXPECT_EQ(compute.id, profile.compute_profiles[i].id.value);
    EXPECT_EQ(number(compute.sm_count), profile.compute_profiles[i].sm_count);
    EXPECT_EQ(compute.fills != 0, profile.compute_profiles[i].fills);
    EXPECT_EQ(compute.spans.count, profile.compute_profiles[i].placements.size());
  }
}

void expect_same(const Geometry& geometry, const Model& model) {
  EXPECT_EQ(geometry.key.view(), model.key);
  EXPECT_EQ(number(geometry.memory), model.memory.value);
  EXPECT_EQ(number(geometry.memory_slices), model.memory_slices);
  EXPECT_EQ(geometry.needs.count, model.needs.size());
  ASSERT_EQ(geometry.profiles.count, model.profiles.size());
  for (std::uint32_t i = 0; i < geometry.profiles.count; ++i) {
    expect_same(geometry.profiles.items[i], model.profiles[i]);
  }
}

TEST(Sha1Test, IsTheStandards) {
  // FIPS 180 examples; and lengths around a block.
  EXPECT_EQ(sha1("abc")[0], 0xA9);
  EXPECT_EQ(sha1("abc")[19], 0x9D);
  EXPECT_EQ(sha1("")[0], 0xDA);
  EXPECT_EQ(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")[0], 0x84);
  EXPECT_EQ(sha1(std::string(64, 'a'))[0], 0x00);
  EXPECT_EQ(sha1(std::string(64, 'a'))[1], 0x98);
}

TEST(NodeTest, EveryModelMakesASoundNode) {
  for (const Model& model : catalogue()) {
    const auto node = build_node(node_of(model.key, 2));
    ASSERT_TRUE(node) << node.error().message;
    EXPECT_EQ(defect_of(**node), "") << model.key;
    expect_same((*node)->geometries.items[0], model);
  }
}

TEST(NodeTest, IdentitiesComeFromTheSeed) {
  const auto one = build_node(node_of("a30-24gb", 2)).value();
  const auto same = build_node(node_of("a30-24gb", 2)).value();
  NodeDescription description = node_of("a30-24gb", 2);
  description.seed = "other";
  const auto other = build_node(description).value();
  EXPECT_EQ(one->gpus.items[0].uuid.view(), same->gpus.items[0].uuid.view());
  EXPECT_NE(one->gpus.items[0].uuid.view(), one->gpus.items[1].uuid.view());
  EXPECT_NE(one->gpus.items[0].uuid.view(), other->gpus.items[0].uuid.view());
  EXPECT_EQ(one->gpus.items[0].uuid.view().size(), 40U);
}

TEST(NodeTest, SixteenGpusOfEightModels) {
  NodeDescription description = node_of("a30-24gb", 16);
  EXPECT_TRUE(build_node(description));
  description.gpus[0].count = 17;
  EXPECT_EQ(build_node(description).error().code, ErrorCode::kInvalidArgument);
  description.gpus.clear();
  for (const Model& model : catalogue().first(9)) {
    EXPECT_EQ(static_cast<bool>(build_node(description)), description.gpus.size() <= 8);
    description.gpus.push_back({.model = &model});
  }
  EXPECT_EQ(build_node(description).error().code, ErrorCode::kInvalidArgument);
}

TEST(NodeTest, RefusesDescriptionsThatContradictThemselves) {
  const auto reject = [](auto change) {
    NodeDescription description = node_of("a100-40gb");
    change(description);
    const auto node = build_node(description);
    ASSERT_FALSE(node);
    EXPECT_FALSE(node.error().message.empty());
    EXPECT_TRUE(node.error().code == ErrorCode::kInvalidArgument ||
                node.error().code == ErrorCode::kUnsatisfiable);
  };
  reject([](NodeDescription& it) { it.gpus[0].model = nullptr; });
  reject([](NodeDescription& it) { it.gpus[0].count = 0; });
  reject([](NodeDescription& it) { it.driver_branch = 550; });
  reject([](NodeDescription& it) { it.gpus[0].mig_capable = false; });
  reject([](NodeDescription& it) { it.gpus[0].uuid = "MIG-x"; });
  reject([](NodeDescription& it) {
    it.gpus[0].count = 2;
    it.gpus[0].uuid = "GPU-x";
  });
  reject([](NodeDescription& it) {
    it.gpus[0].uuid = "GPU-x";
    it.gpus.push_back(it.gpus[0]);
  });
  reject([](NodeDescription& it) {
    it.gpus[0].mig_enabled = false;
    it.gpus[0].instances = {instance(9)};
  });
  reject([](NodeDescription& it) { it.gpus[0].instances = {instance(999)}; });
  reject([](NodeDescription& it) { it.gpus[0].instances = {instance(9, 1)}; });
  reject([](NodeDescription& it) { it.gpus[0].instances = {instance(9, -4)}; });
  reject(
      [](NodeDescription& it) { it.gpus[0].instances = {instance(9), instance(9), instance(9)}; });
  reject([](NodeDescription& it) { it.gpus[0].instances = {{.profile = {9}, .compute = {{4}}}}; });
  reject([](NodeDescription& it) { it.faults = "nonsense"; });
  reject([](NodeDescription& it) { it.occupants = {{.pid = kPid, .gpu = 1}}; });
  reject([](NodeDescription& it) { it.occupants = {{.pid = 0x7FFFFFFF, .gpu = 0}}; });
  reject([](NodeDescription& it) { it.occupants = {{.pid = kPid, .gpu = 0, .gpu_instance = 1}}; });
}

TEST(NodeTest, BeginsWithTheInstancesOfItsDescription) {
  const ScratchFolder folder;
  InitialInstance split = instance(14);
  split.compute = {{0}, {0}};
  InitialInstance bare = instance(19);
  bare.bare = true;
  const Status created =
      create_node(folder.path(), with_instances("a100-40gb", {instance(9, 0), split, bare}));
  ASSERT_TRUE(created) << created.error().message;
  const std::vector<GpuStatus> gpus = gpu_status(folder.path()).value();
  ASSERT_EQ(gpus.size(), 1U);
  EXPECT_EQ(gpus[0].name, "NVIDIA A100-SXM4-40GB");
  EXPECT_EQ(gpus[0].pci_bus_id, "00000000:07:00.0");
  ASSERT_EQ(gpus[0].mig_devices.size(), 3U);
  EXPECT_EQ(gpus[0].mig_devices[0].name, "MIG 3g.20gb");
  EXPECT_EQ(gpus[0].mig_devices[1].name, "MIG 1c.2g.10gb");
  const std::string dump = dump_node(folder.path()).value();
  EXPECT_NE(dump.find("gpu instance 13: 1g.5gb at 6:1"), std::string::npos) << dump;
}

TEST(NodeTest, OccupantsHoldAndAreForgotten) {
  const ScratchFolder folder;
  ASSERT_TRUE(create_node(folder.path(), with_instances("a100-40gb", {instance(9)})));
  const auto pids = [&] { return gpu_status(folder.path()).value()[0].pids; };
  ASSERT_TRUE(add_occupant(folder.path(), {.pid = kPid, .gpu = 0, .gpu_instance = 2}));
  EXPECT_EQ(pids(), std::vector<std::uint32_t>{kPid});
  EXPECT_EQ(reset_gpus(folder.path(), {0}).error().code, ErrorCode::kBusy);
  EXPECT_EQ(reset_gpus(folder.path(), {1}).error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(remove_occupant(folder.path(), kPid));
  EXPECT_TRUE(pids().empty());
  EXPECT_TRUE(reset_gpus(folder.path(), {0}));
  EXPECT_TRUE(gpu_status(folder.path()).value()[0].mig_devices.empty());
}

TEST(NodeTest, ARebootForgetsInstancesAndProcesses) {
  const ScratchFolder folder;
  ASSERT_TRUE(create_node(folder.path(), with_instances("h100-80gb-sxm5", {instance(9)})));
  ASSERT_TRUE(add_occupant(folder.path(), {.pid = kPid, .gpu = 0}));
  ASSERT_TRUE(reboot_node(folder.path()));
  const GpuStatus gpu = gpu_status(folder.path()).value()[0];
  EXPECT_FALSE(gpu.mig_current);
  EXPECT_TRUE(gpu.pids.empty());
  EXPECT_TRUE(gpu.mig_devices.empty());
}

TEST(NodeTest, ACustomModelWorks) {
  Model model = *find_model("a30-24gb").value();
  model.key = "imaginary";
  NodeDescription description = node_of("a30-24gb");
  description.gpus[0].model = &model;
  description.gpus[0].product_name = "Imaginary GPU";
  const ScratchFolder folder;
  ASSERT_TRUE(create_node(folder.path(), description));
  EXPECT_EQ(gpu_status(folder.path()).value()[0].name, "Imaginary GPU");
}

TEST(NodeTest, FunctionsSayThatThereIsNoNode) {
  EXPECT_EQ(gpu_status("/nonexistent").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(reboot_node("/nonexistent").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(dump_node("/nonexistent").error().code, ErrorCode::kUnavailable);
}

TEST(SysrootTest, HoldsWhatClientsRead) {
  const ScratchFolder folder;
  NodeDescription description = with_instances("a100-40gb", {instance(9, 0), instance(19, 4)});
  description.sysroot = true;
  ASSERT_TRUE(create_node(folder.path(), description));
  const std::string root = folder.path() / "sysroot/";
  const std::string minors = content(root + "proc/driver/nvidia-caps/mig-minors");
  EXPECT_TRUE(minors.starts_with("config 1\nmonitor 2\ngpu0/gi0/access 3\n"))
      << minors.substr(0, 80);
  EXPECT_NE(minors.find("gpu0/gi1/access 12\ngpu0/gi1/ci0/access 13\n"), std::string::npos);
  EXPECT_NE(minors.find("gpu31/gi14/ci7/access 4322\n"), std::string::npos);
  const std::string capabilities = root + "proc/driver/nvidia/capabilities/gpu0/mig/";
  EXPECT_TRUE(content(capabilities + "gi1/access").starts_with("DeviceFileMinor: 12\n"));
  EXPECT_TRUE(content(capabilities + "gi11/ci0/access").starts_with("DeviceFileMinor: 103\n"));
  EXPECT_NE(content(root + "proc/modules").find("nvidia "), std::string::npos);
  const std::string pci = root + "sys/bus/pci/devices/0000:07:00.0/";
  EXPECT_EQ(content(pci + "vendor"), "0x10de\n");
  EXPECT_EQ(content(pci + "device"), "0x20b0\n");
  EXPECT_EQ(content(pci + "class"), "0x030200\n");
  EXPECT_EQ(content(pci + "numa_node"), "0\n");
  EXPECT_EQ(content(pci + "config").substr(0, 4), "\xDE\x10\xB0\x20");
  EXPECT_EQ(std::filesystem::read_symlink(pci + "driver").filename(), "nvidia");
}

TEST(SysrootTest, FollowsTheInstances) {
  const ScratchFolder folder;
  NodeDescription description = with_instances("a100-40gb", {instance(9, 0)});
  description.sysroot = true;
  ASSERT_TRUE(create_node(folder.path(), description));
  const std::string access =
      folder.path() / "sysroot/proc/driver/nvidia/capabilities/gpu0/mig/gi1/access";
  EXPECT_TRUE(std::filesystem::exists(access));
  ASSERT_TRUE(reset_gpus(folder.path(), {0}));
  EXPECT_FALSE(std::filesystem::exists(access));
}

}  // namespace
}  // namespace sectile::emulator
