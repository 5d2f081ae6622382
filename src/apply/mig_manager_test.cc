#include "sectile/apply/mig_manager.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace sectile {
namespace {

namespace fs = std::filesystem;

class MigManagerTest : public testing::Test {
 public:
  MigManagerTest() {
    std::string path = (fs::temp_directory_path() / "mig-manager-XXXXXX").string();
    root_ = ::mkdtemp(path.data());
    paths_ = HostPaths::under(root_);
  }
  ~MigManagerTest() override { fs::remove_all(root_); }
  MigManagerTest(const MigManagerTest&) = delete;
  MigManagerTest& operator=(const MigManagerTest&) = delete;
  MigManagerTest(MigManagerTest&&) = delete;
  MigManagerTest& operator=(MigManagerTest&&) = delete;

 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  void drop_in(const std::string& name, const std::string& text) const {
    write("etc/systemd/system/nvidia-mig-manager.service.d/" + name, text);
  }
  MigManager found() const { return find_mig_manager(paths_).value(); }

  fs::path root_;
  HostPaths paths_;
};

TEST_F(MigManagerTest, IsNotThereOnAMachineWithoutIt) {
  const MigManager manager = found();
  EXPECT_FALSE(manager.active());
  EXPECT_EQ(manager.selected, "");
}

TEST_F(MigManagerTest, IsEnabledByALinkEvenIfThatLeadsNowhereHere) {
  fs::create_directories(root_ / "etc/systemd/system/multi-user.target.wants");
  EXPECT_FALSE(found().enabled);
  fs::create_symlink(
      "/no/such/nvidia-mig-manager.service",
      root_ / "etc/systemd/system/multi-user.target.wants/nvidia-mig-manager.service");
  EXPECT_TRUE(found().enabled);
  EXPECT_FALSE(found().running);
  EXPECT_TRUE(found().active());
}

TEST_F(MigManagerTest, RunsWhileItHasAControlGroup) {
  fs::create_directories(root_ / "sys/fs/cgroup/system.slice/nvidia-mig-manager.service");
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
