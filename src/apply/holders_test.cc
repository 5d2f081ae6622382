#include "sectile/apply/holders.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "sectile/apply/apply.h"
#include "src/apply/made_up_host.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

class HoldersTest : public testing::Test {
 protected:
  HoldersTest() {
    for (unsigned index = 0; index < 2; ++index) {
      LiveGpu gpu;
      gpu.uuid = "GPU-" + std::to_string(index);
      gpu.index = index;
      gpu.minor = 1 - index;  // Minors need not follow the indices.
      gpu.pci = "00000000:0" + std::to_string(index) + ":00.0";
      gpu.mode = MigMode::kEnabled;
      gpu.instances = {{.id = GpuInstanceId{2},
                        .profile = {},
                        .placement = {},
                        .compute = {{.id = ComputeInstanceId{0}, .slot = {}, .uuid = {}}}}};
      snapshot_.gpus.push_back(gpu);
    }
    host_.write("proc/driver/nvidia-caps/mig-minors",
                "gpu1/gi2/access 21\ngpu1/gi2/ci0/access 22\ngpu0/gi5/access 48\n");
  }

  Holders find() const { return find_holders(snapshot_, host_.paths()); }
  Holder only() const {
    const Holders found = find();
    EXPECT_EQ(found.holders.size(), 1U);
    return found.holders.empty() ? Holder() : found.holders.front();
  }

  MadeUpHost host_;
  Snapshot snapshot_;
};

TEST_F(HoldersTest, NobodyHoldsAnIdleMachine) {
  host_.add({.pid = 41, .command = "sleep 60", .open = {"/dev/null", "socket:[1]"}});
  EXPECT_TRUE(find().holders.empty());
  EXPECT_TRUE(find().gaps.empty());
}

TEST_F(HoldersTest, OpenFilesNameGpuAndInstance) {
  host_.add({.pid = 41,
             .command = "nv-hostengine -n",
             .open = {"/dev/nvidiactl", "/dev/nvidia1", "/dev/nvidia1",
                      "/dev/nvidia-caps/nvidia-cap21", "/dev/nvidia-caps/nvidia-cap22"},
             .cgroup = "0::/system.slice/nvidia-dcgm.service\n"});
  const Holder holder = only();
  EXPECT_EQ(holder.pid, 41U);
  EXPECT_EQ(holder.user, "root");
  EXPECT_EQ(holder.command, "nv-hostengine -n");
  EXPECT_EQ(holder.client, "DCGM host engine");
  EXPECT_EQ(holder.way, "systemctl stop nvidia-dcgm.service");
  EXPECT_TRUE(holder.system);
  EXPECT_EQ(holder.start_time, 1000U);
  ASSERT_EQ(holder.holds.size(), 4U);
  EXPECT_TRUE(holder.on("GPU-0"));
  EXPECT_FALSE(holder.on("GPU-1"));
  EXPECT_TRUE(holder.on("GPU-0", GpuInstanceId{2}));
  const auto device = std::ranges::find(holder.holds, HoldKind::kDevice, &Hold::kind);
  ASSERT_NE(device, holder.holds.end());
  EXPECT_EQ(device->count, 2);
}

TEST_F(HoldersTest, WhatNvmlAndFilesSayIsOneHolder) {
  host_.add({.pid = 41, .command = "python train.py", .open = {"/dev/nvidia1"}});
  snapshot_.gpus[0].processes = {{.pid = 41,
                                  .command = "python train.py",
                                  .memory = MiB{100},
                                  .gpu_instance = GpuInstanceId{2},
                                  .compute_instance = {}}};
  const Holder holder = only();
  ASSERT_EQ(holder.holds.size(), 2U);
  EXPECT_EQ(holder.holds[0].memory, MiB{100});
  EXPECT_EQ(holder.way, "kill 41");
}

TEST_F(HoldersTest, AProcessThatEndedIsNobody) {
  snapshot_.gpus[0].processes = {{.pid = 41,
                                  .command = "python train.py",
                                  .memory = {},
                                  .gpu_instance = {},
                                  .compute_instance = {}}};
  EXPECT_TRUE(find().holders.empty());
  // The driver was asked when this one was not yet born: its pid was another's.
  host_.add({.pid = 41, .command = "bash", .start = 99999999});
  host_.write("proc/uptime", "1000.51 3.0\n");
  EXPECT_TRUE(find().holders.empty());
}

TEST_F(HoldersTest, APidThatDoesNotExistHereIsNamedAndExplained) {
  snapshot_.gpus[0].processes = {
      {.pid = 41, .command = "", .memory = {}, .gpu_instance = {}, .compute_instance = {}}};
  const Holders found = find();
  ASSERT_EQ(found.holders.size(), 1U);
  EXPECT_FALSE(found.holders[0].visible);
  ASSERT_EQ(found.gaps.size(), 1U);
  EXPECT_NE(found.gaps[0].find("does not exist here"), std::string::npos);
}

TEST_F(HoldersTest, WhoHasEndedButWasNotCollectedIsFreedByItsParent) {
  host_.add({.pid = 41, .command = "python train.py", .state = 'Z'});
  snapshot_.gpus[0].processes = {
      {.pid = 41, .command = "[python]", .memory = {}, .gpu_instance = {}, .compute_instance = {}}};
  EXPECT_EQ(only().way, "kill 1");
}

TEST_F(HoldersTest, OnesOwnFilesDoNotCount) {
  host_.add(
      {.pid = static_cast<std::uint32_t>(getpid()), .command = "x", .open = {"/dev/nvidia0"}});
  EXPECT_TRUE(find().holders.empty());
}

TEST_F(HoldersTest, PodsAreNamedByTheirLogs) {
  const std::string pod = "0c3d2f5e-8a1b-4c6d-9e7f-a1b2c3d4e5f6";
  host_.write("var/log/pods/ml_train-0_" + pod + "/x", "");
  host_.write("var/log/pods/odd", "");
  host_.add({.pid = 41,
             .command = "python train.py",
             .open = {"/dev/nvidia0"},
             .cgroup = "0::/kubepods/pod" + pod + "/" + std::string(64, 'a') + "\n"});
  const Holder holder = only();
  EXPECT_EQ(holder.origin.pod_name, "train-0");
  EXPECT_EQ(holder.way, "kubectl delete pod -n ml train-0");
}

TEST_F(HoldersTest, FilesThatMayNotBeReadAreAGap) {
  host_.add({.pid = 41, .command = "x", .open = {"/dev/nvidia0"}});
  std::filesystem::permissions(host_.root() / "proc/41/fd", std::filesystem::perms::none);
  // Root may read everything, so somebody else looks.
  const pid_t child = fork();
  if (child == 0) {
    const bool nobody = geteuid() != 0 || setuid(65534) == 0;
    const Holders found = find();
    _exit(nobody && found.holders.empty() && found.gaps.size() == 1 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  std::filesystem::permissions(host_.root() / "proc/41/fd", std::filesystem::perms::owner_all);
}

TEST_F(HoldersTest, WithoutProcessesThatIsSaid) {
  std::filesystem::remove_all(host_.root() / "proc");
  const Holders found = find();
  ASSERT_EQ(found.gaps.size(), 1U);
  EXPECT_NE(found.gaps[0].find("cannot be read"), std::string::npos);
}

TEST_F(HoldersTest, OnlyWhatIsInAnInstanceKeepsItFromBeingDestroyed) {
  const auto of = [](HoldKind kind, bool instance) {
    Hold hold{.kind = kind, .gpu = "GPU-0", .file = {}};
    if (instance) {
      hold.gpu_instance = GpuInstanceId{1};
    }
    return obstruction(hold);
  };
  EXPECT_EQ(of(HoldKind::kProcess, true), (Obstruction{true, true, true}));
  EXPECT_EQ(of(HoldKind::kInstance, true), (Obstruction{true, true, true}));
  EXPECT_EQ(of(HoldKind::kProcess, false), (Obstruction{false, true, true}));
  EXPECT_EQ(of(HoldKind::kDevice, false), (Obstruction{false, true, true}));
  EXPECT_EQ(of(HoldKind::kDisplay, false), (Obstruction{false, true, true}));
  EXPECT_EQ(of(HoldKind::kControl, false), Obstruction());
}

// A handle that leaked: the driver names no process, and yet refuses to destroy the instance.
TEST_F(HoldersTest, AnOpenInstanceCountsAsInUseWhereChangesArePlanned) {
  FakeNvml fake;
  const Model& model = *find_model("h100-80gb-sxm5").value();
  const Layout layout = Layout().with(model, Slot(*model.find_by_name("3g.40gb"), 4)).value();
  fake.add("h100-80gb-sxm5", layout);
  Snapshot now = fake.node().read().value();
  now.gpus[0].minor = 0;
  const std::string id = std::to_string(now.gpus[0].instances[0].id.value);
  host_.write("proc/driver/nvidia-caps/mig-minors", "gpu0/gi" + id + "/access 12\n");
  host_.add({.pid = 41, .command = "leaky", .open = {"/dev/nvidia-caps/nvidia-cap12"}});
  GpuTarget empty;
  empty.uuid = now.gpus[0].uuid;
  EXPECT_TRUE(prepare(now, {empty}).value().blocked.empty());
  add_holders(now, find_holders(now, host_.paths()));
  const ChangePlan plan = prepare(now, {empty}).value();
  ASSERT_EQ(plan.blocked.size(), 1U);
  EXPECT_EQ(plan.blocked[0].holders[0].pid, 41U);
}

TEST_F(HoldersTest, HundredsOfProcessesTakeAMoment) {
  for (std::uint32_t pid = 1000; pid < 1400; ++pid) {
    host_.add({.pid = pid,
               .command = "python worker.py",
               .open = {"/dev/null", "/lib/x.so", "socket:[1]", "/dev/nvidia0", "/dev/nvidiactl"}});
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(find().holders.size(), 400U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

}  // namespace
}  // namespace sectile
