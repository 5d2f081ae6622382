#include "sectile/apply/mig_manager.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

class MigManagerTest : public testing::Test {
 protected:
  void drop_in(const std::string& name, const std::string& text) const {
    folder_.write("etc/systemd/system/nvidia-mig-manager.service.d/" + name, text);
  }
  MigManager found() const { return find_mig_manager(paths_).value(); }

  ScratchFolder folder_;
  HostPaths paths_ = HostPaths::under(folder_.path());
};

TEST_F(MigManagerTest, IsNotThereOnAMachineWithoutIt) {
  const MigManager manager = found();
  EXPECT_FALSE(manager.active());
  EXPECT_EQ(manager.selected, "");
}

TEST_F(MigManagerTest, IsEnabledByALinkEvenIfThatLeadsNowhereHere) {
  fs::create_directories(folder_.path() / "etc/systemd/system/multi-user.target.wants");
  EXPECT_FALSE(found().enabled);
  fs::create_symlink(
      "/no/such/nvidia-mig-manager.service",
      folder_.path() / "etc/systemd/system/multi-user.target.wants/nvidia-mig-manager.service");
  EXPECT_TRUE(found().enabled);
  EXPECT_FALSE(found().running);
  EXPECT_TRUE(found().active());
}

TEST_F(MigManagerTest, RunsWhileItHasAControlGroup) {
  fs::create_directories(folder_.path() / "sys/fs/cgroup/system.slice/nvidia-mig-manager.service");
  EXPECT_TRUE(found().running);
  EXPECT_FALSE(found().enabled);
}

TEST_F(MigManagerTest, WasToldWhatToDoByItsDropIn) {
  drop_in("override.conf", "[Service]\nEnvironment=\"MIG_PARTED_SELECTED_CONFIG=all-1g.10gb\"\n");
  EXPECT_EQ(found().selected, "all-1g.10gb");
  EXPECT_EQ(found().config_file, paths_.etc + "/nvidia-mig-manager/config.yaml");
  EXPECT_EQ(found().hooks_file, "");
  drop_in("zz.conf",
          "[Service]\nEnvironment=MIG_PARTED_SELECTED_CONFIG=other "
          "MIG_PARTED_CONFIG_FILE=/etc/site.yaml MIG_PARTED_HOOKS_FILE=/etc/hooks.yaml\n");
  drop_in("zzz.bak", "[Service]\nEnvironment=MIG_PARTED_SELECTED_CONFIG=backup\n");
  EXPECT_EQ(found().selected, "other");
  EXPECT_EQ(found().config_file, "/etc/site.yaml");
  EXPECT_EQ(found().hooks_file, "/etc/hooks.yaml");
}

TEST_F(MigManagerTest, SaysWhichFileCannotBeUnderstood) {
  drop_in("override.conf", "[Service]\nEnvironment=\"MIG_PARTED_SELECTED_CONFIG=x\n");
  const auto failed = find_mig_manager(paths_);
  EXPECT_EQ(failed.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(failed.error().message.find("override.conf:2: "), std::string::npos);
}

}  // namespace
}  // namespace sectile
