#include "src/apply/modules.h"

#include <gtest/gtest.h>

#include <string>

#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

TEST(ModulesTest, OnlyThoseOfGpus) {
  const auto modules = parse_modules(
      "nvidia_uvm 1720320 2 - Live 0x0 (O)\n"
      "nvidia_modeset 1 1 nvidia_drm, Live 0x0\n"
      "nvidia 14381056 9 nvidia_uvm,nvidia_modeset, Live 0x0 (O)\n"
      "ext4 1 1 - Live 0x0\nnvidiafb 1 0 - Live\n");
  ASSERT_EQ(modules.size(), 3U);
  EXPECT_EQ(modules[0].references, 2);
  EXPECT_TRUE(modules[0].users.empty());
  EXPECT_EQ(modules[2].users, (std::vector<std::string>{"nvidia_uvm", "nvidia_modeset"}));
}

TEST(ModulesTest, BrokenLinesAreSkipped) {
  for (const char* broken :
       {"nvidia", "nvidia 1", "nvidia 1 x - Live", "nvidia 1 -1 -", "nvidia 1 99999999999 -", ""}) {
    EXPECT_TRUE(parse_modules(broken).empty()) << broken;
  }
}

class Kernel : public testing::Test {
 protected:
  std::vector<Holder> holders(const std::map<std::string, int>& open = {}) const {
    return module_holders(HostPaths::under(folder_.path()), open);
  }

  ScratchFolder folder_;
};

TEST_F(Kernel, WithoutADriverNothingIsHeld) {
  EXPECT_TRUE(holders().empty());
}

TEST_F(Kernel, ADisplayDriverHoldsEveryGpuWithoutAProcess) {
  folder_.write("proc/modules", "nvidia_drm 1 0 - Live 0x0\n");
  folder_.write("sys/module/nvidia_drm/parameters/modeset", "Y\n");
  const auto found = holders();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pid, 0U);
  EXPECT_NE(found[0].way.find("modprobe -r nvidia_drm"), std::string::npos);
  EXPECT_EQ(obstruction(found[0].holds[0]),
            (Obstruction{.destroy = false, .mode = true, .reset = true}));
}

TEST_F(Kernel, ADisplayDriverWithoutDisplaysHoldsNone) {
  folder_.write("proc/modules", "nvidia_drm 1 0 - Live 0x0\n");
  folder_.write("sys/module/nvidia_drm/parameters/modeset", "N\n");
  EXPECT_TRUE(holders().empty());
  folder_.write("proc/modules", "nvidia_drm 1 2 - Live 0x0\n");
  EXPECT_EQ(holders().size(), 1U);
}

TEST_F(Kernel, WhatCannotBeReadMayHold) {
  folder_.write("proc/modules", "nvidia_drm 1 0 - Live 0x0\n");
  const auto found = holders();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].command.find("may keep"), std::string::npos);
}

TEST_F(Kernel, ReferencesAreExplainedByModulesAndOpenFiles) {
  folder_.write("proc/modules", "nvidia_uvm 1 2 - Live\nnvidia 1 4 nvidia_uvm, Live\n");
  EXPECT_TRUE(holders({{"nvidia_uvm", 2}, {"nvidia", 3}}).empty());
  const auto found = holders({{"nvidia_uvm", 2}, {"nvidia", 1}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].holds[0].count, 2);
  EXPECT_NE(found[0].command.find("nvidia has 2 references"), std::string::npos);
  // They may be anybody's, and what they hold may be no GPU.
  EXPECT_EQ(obstruction(found[0].holds[0]), Obstruction());
}

TEST_F(Kernel, FilesBelongToModules) {
  const auto of = [](const char* file, HoldKind kind) {
    return module_of({.kind = kind, .gpu = {}, .file = file});
  };
  EXPECT_EQ(of("/dev/nvidia-uvm", HoldKind::kControl), "nvidia_uvm");
  EXPECT_EQ(of("/dev/nvidia0", HoldKind::kDevice), "nvidia");
  EXPECT_EQ(of("/dev/nvidia-caps/nvidia-cap12", HoldKind::kInstance), "nvidia");
  EXPECT_EQ(of("/dev/dri/card0", HoldKind::kDisplay), "nvidia_drm");
  EXPECT_EQ(of("/dev/nvidia-modeset", HoldKind::kControl), "nvidia_modeset");
}

}  // namespace
}  // namespace sectile
