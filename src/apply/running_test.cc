#include "src/apply/running.h"

#include <gtest/gtest.h>

#include "src/apply/made_up_host.h"

namespace sectile {
namespace {

TEST(RunningTest, FindsProgramsByTheirFirstWord) {
  const MadeUpHost host;
  host.add({.pid = 41, .command = "/usr/bin/nv-fabricmanager -c x"});
  host.add({.pid = 40, .command = "vi nv-hostengine"});
  host.add({.pid = 39, .command = "/opt/gpu-kubelet-plugin"});
  host.add({.pid = 42, .command = "/opt/gpu-kubelet-plugin"});
  const auto found =
      running_programs(host.paths(), {"nv-fabricmanager", "nv-hostengine", "gpu-kubelet-plugin"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "gpu-kubelet-plugin");
  EXPECT_EQ(found[0].pid, 39U);
  EXPECT_EQ(found[1].pid, 41U);
}

TEST(RunningTest, TheDeadDoNotRun) {
  const MadeUpHost host;
  host.add({.pid = 41, .command = "nv-fabricmanager", .state = 'Z'});
  EXPECT_TRUE(running_programs(host.paths(), {"nv-fabricmanager"}).empty());
}

TEST(RunningTest, WhatTheKernelCutShort) {
  const MadeUpHost host;
  // Who hangs in the driver is not asked for a command line, which might hang too.
  host.add({.pid = 41, .command = "nvidia-mig-manager", .state = 'D'});
  EXPECT_EQ(running_programs(host.paths(), {"nvidia-mig-manager"}).size(), 1U);
  host.write("proc/42/stat", "42 (nvidia-mig-mana) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0");
  EXPECT_EQ(running_programs(host.paths(), {"nvidia-mig-manager"}).size(), 1U);
  EXPECT_TRUE(running_programs(host.paths(), {"nvidia-mig-other"}).empty());
}

}  // namespace
}  // namespace sectile
