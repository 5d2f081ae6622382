#include "src/apply/device_files.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <string>

#include "src/base/scratch_folder.h"
#include "src/base/surely.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;
using Kind = DeviceFile::Kind;

TEST(DeviceFilesTest, NamesOfTheDriver) {
  EXPECT_EQ(device_file_named("/dev/nvidia0"), (DeviceFile{Kind::kGpu, 0}));
  EXPECT_EQ(device_file_named("/dev/nvidia12 (deleted)"), (DeviceFile{Kind::kGpu, 12}));
  EXPECT_EQ(device_file_named("/dev/nvidia-caps/nvidia-cap21"),
            (DeviceFile{Kind::kCapability, 21}));
  EXPECT_EQ(device_file_named("/dev/dri/card1"), (DeviceFile{Kind::kCard, 1}));
  EXPECT_EQ(device_file_named("/dev/dri/renderD129"), (DeviceFile{Kind::kRender, 129}));
  for (const char* control : {"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools",
                              "/dev/nvidia-modeset", "/dev/nvidia-nvswitch0", "/dev/gdrdrv"}) {
    EXPECT_EQ(device_file_named(control), DeviceFile()) << control;
  }
}

TEST(DeviceFilesTest, NamesOfOthers) {
  for (const char* other :
       {"/dev/null", "/dev/nvidia", "/dev/nvidia0x", "/dev/nvidia-caps", "/dev/nvidia-cap",
        "/dev/nvidia-1", "/home/x/nvidia.log", "/dev/dri/by-path", "/dev/dri/cardX",
        "/dev/nvidia99999999999999999999", "socket:[1]", "", "/"}) {
    EXPECT_FALSE(device_file_named(other)) << other;
  }
}

class Machine : public testing::Test {
 public:
  Machine() {
    folder_.write("proc/devices",
                  "Character devices:\n  1 mem\n195 nvidia-frontend\n236 nvidia-caps\n"
                  "235 nvidia-uvm\n\nBlock devices:\n  8 sd\n");
    folder_.write("proc/driver/nvidia-caps/mig-minors",
                  "gpu3/gi2/access 21\ngpu3/gi2/ci0/access 22\n");
    fs::create_directories(folder_.path() / "sys/bus/pci/devices/0000:07:00.0/drm/card1");
    fs::create_directories(folder_.path() / "sys/bus/pci/devices/0000:07:00.0/drm/renderD129");
    LiveGpu gpu;
    gpu.uuid = "GPU-7";
    gpu.pci = "00000000:07:00.0";
    gpu.minor = 3;
    gpu.instances = {{.id = GpuInstanceId{2},
                      .profile = {},
                      .placement = {},
                      .compute = {{.id = ComputeInstanceId{0}, .slot = {}, .uuid = {}}}}};
    snapshot_.gpus.push_back(gpu);
    paths_ = HostPaths::under(folder_.path());
    paths_.dev = "/dev";
  }

 protected:
  std::optional<Hold> hold(const std::string& link, std::optional<dev_t> number = {}) const {
    return DeviceFiles(snapshot_, paths_).hold(link, number);
  }
  Hold held(const std::string& link, std::optional<dev_t> number = {}) const {
    return surely(hold(link, number));
  }

  ScratchFolder folder_;
  Snapshot snapshot_;
  HostPaths paths_;
};

TEST_F(Machine, TheMinorIsWhatNamesAGpu) {
  EXPECT_EQ(held("/dev/nvidia3"),
            (Hold{.kind = HoldKind::kDevice, .gpu = "GPU-7", .file = "/dev/nvidia3"}));
  // A GPU that this snapshot does not have is held all the same.
  EXPECT_EQ(held("/dev/nvidia7").gpu, "");
  EXPECT_EQ(held("/dev/nvidiactl").kind, HoldKind::kControl);
}

TEST_F(Machine, CapabilitiesNameInstances) {
  const Hold instance = held("/dev/nvidia-caps/nvidia-cap21");
  EXPECT_EQ(instance.kind, HoldKind::kInstance);
  EXPECT_EQ(instance.gpu, "GPU-7");
  EXPECT_EQ(instance.gpu_instance, GpuInstanceId{2});
  EXPECT_FALSE(instance.compute_instance);
  EXPECT_EQ(held("/dev/nvidia-caps/nvidia-cap22").compute_instance, ComputeInstanceId{0});
  EXPECT_EQ(held("/dev/nvidia-caps/nvidia-cap2").kind, HoldKind::kControl);
  // Without the driver's table nobody can tell.
  folder_.write("proc/driver/nvidia-caps/mig-minors", "gpu3/gi2/access x\n");
  EXPECT_EQ(held("/dev/nvidia-caps/nvidia-cap21").kind, HoldKind::kControl);
}

TEST_F(Machine, DisplaysOfOtherMakersDoNotCount) {
  EXPECT_EQ(held("/dev/dri/card1").gpu, "GPU-7");
  EXPECT_EQ(held("/dev/dri/renderD129").kind, HoldKind::kDisplay);
  EXPECT_FALSE(hold("/dev/dri/card0"));
}

TEST_F(Machine, TheNumberOutweighsTheName) {
  EXPECT_EQ(held("/dev/gpu", makedev(195, 3)).gpu, "GPU-7");
  EXPECT_EQ(held("/dev/gpu", makedev(195, 255)).kind, HoldKind::kControl);
  EXPECT_EQ(held("/dev/x", makedev(236, 21)).gpu_instance, GpuInstanceId{2});
  EXPECT_EQ(held("/dev/x", makedev(235, 0)).kind, HoldKind::kControl);
  EXPECT_EQ(held("/dev/x", makedev(226, 129)).gpu, "GPU-7");
  EXPECT_FALSE(hold("/dev/null", makedev(1, 3)));
}

TEST_F(Machine, RealDevicesAreNotThoseOfAnEmulatedMachine) {
  paths_.dev = folder_.path() / "dev";
  EXPECT_FALSE(hold("/dev/nvidia3", makedev(195, 3)));
  EXPECT_EQ(held(paths_.dev + "/nvidia3").gpu, "GPU-7");
  EXPECT_EQ(held(paths_.dev + "/nvidia3").file, "/dev/nvidia3");
  const DeviceFiles files(snapshot_, paths_);
  EXPECT_FALSE(files.worth_asking("/dev/nvidia3"));
  EXPECT_TRUE(files.worth_asking(paths_.dev + "/nvidia3"));
}

TEST_F(Machine, FilesElsewhereAreNotAskedAbout) {
  const DeviceFiles files(snapshot_, paths_);
  EXPECT_TRUE(files.worth_asking("/dev/nvidia3"));
  EXPECT_TRUE(files.worth_asking("/dev/renamed"));
  for (const char* other : {"/srv/nfs/model.bin", "socket:[1]", "/dev/pts/3", "/dev/null", ""}) {
    EXPECT_FALSE(files.worth_asking(other)) << other;
  }
}

}  // namespace
}  // namespace sectile
