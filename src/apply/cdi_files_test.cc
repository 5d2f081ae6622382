#include "sectile/apply/cdi_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "sectile/text/notation.h"
#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kForeign =
    "cdiVersion: 0.6.0\nkind: nvidia.com/gpu\ndevices:\n- name: '0'\n  containerEdits: {}\n";

// A machine of files, and a PATH in which nvidia-ctk is or is not.
class CdiFilesTest : public testing::Test {
 protected:
  void install_nvidia_ctk(const std::string& script) const {
    folder_.write("bin/nvidia-ctk", "#!/bin/sh\n" + script);
    fs::permissions(folder_.path() / "bin/nvidia-ctk", fs::perms::owner_all);
  }
  void write_minors() const {
    folder_.write("proc/driver/nvidia-caps/mig-minors",
                  "config 1\nmonitor 2\n"
                  "gpu5/gi1/access 12\ngpu5/gi1/ci0/access 13\n"
                  "gpu5/gi2/access 21\ngpu5/gi2/ci0/access 22\n");
  }

  // Two MIG devices on the GPU whose device file is /dev/nvidia5, and a GPU without MIG.
  static Snapshot node() {
    FakeNvml fake;
    const Model& model = *find_model("h100-80gb-sxm5").value();
    fake.add("h100-80gb-sxm5", parse_layout(model, "3g.40gb@4 2g.20gb@0").value());
    unsigned id = 0;
    for (FakeNvml::Instance& instance : fake.gpus[0].instances) {
      instance.id = ++id;
      instance.compute.front().id = 0;
    }
    fake.add("h100-80gb-sxm5", {});
    fake.gpus[1].enabled = false;
    fake.gpus[1].pending = false;
    Snapshot snapshot = fake.node().read().value();
    snapshot.gpus[0].minor = 5;
    snapshot.gpus[1].minor = 0;
    return snapshot;
  }

  ScratchFolder folder_;
  HostPaths paths_ = HostPaths::under(folder_.path());
  TestVariable path_{"PATH", folder_.path() / "bin"};
};

std::vector<std::string> names(const CdiSpec& spec) {
  std::vector<std::string> result;
  result.reserve(spec.devices.size());
  for (const CdiDevice& device : spec.devices) {
    result.push_back(device.name);
  }
  return result;
}

TEST_F(CdiFilesTest, GivesEveryDeviceTheNodesThatOpenIt) {
  write_minors();
  Snapshot snapshot = node();
  snapshot.gpus[0].instances[0].compute[0].uuid = "MIG-aa";
  const CdiSpec spec = cdi_spec(snapshot, paths_).value();
  EXPECT_THAT(names(spec),
              testing::UnorderedElementsAre("1", "GPU-1", "0:0", "0:1", "MIG-aa", "all"));
  EXPECT_THAT(spec.devices[0].nodes, ElementsAre("/dev/nvidia0"));
  for (const CdiDevice& device : spec.devices) {
    if (device.name == "0:0") {
      EXPECT_THAT(device.nodes, ElementsAre("/dev/nvidia5", "/dev/nvidia-caps/nvidia-cap12",
                                            "/dev/nvidia-caps/nvidia-cap13"));
    }
  }
  EXPECT_THAT(spec.devices.back().nodes,
              ElementsAre("/dev/nvidia0", "/dev/nvidia5", "/dev/nvidia-caps/nvidia-cap12",
                          "/dev/nvidia-caps/nvidia-cap13", "/dev/nvidia-caps/nvidia-cap21",
                          "/dev/nvidia-caps/nvidia-cap22"));
  EXPECT_THAT(spec.nodes, ElementsAre("/dev/nvidiactl", "/dev/nvidia-uvm"));
  EXPECT_THAT(spec.libraries, IsEmpty());
  EXPECT_TRUE(cdi_json(spec));
}

TEST_F(CdiFilesTest, GivesTheLibrariesAndNodesThatTheMachineHas) {
  folder_.write("usr/lib64/libcuda.so.1", "");
  folder_.write("usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "");
  folder_.write("dev/nvidia-uvm-tools", "");
  write_minors();
  const CdiSpec spec = cdi_spec(node(), paths_).value();
  EXPECT_THAT(spec.libraries, ElementsAre("/usr/lib64/libcuda.so.1",
                                          "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"));
  EXPECT_THAT(spec.nodes,
              ElementsAre("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"));
}

TEST_F(CdiFilesTest, SaysWhatTheDriverDoesNotSay) {
  const auto without_table = cdi_spec(node(), paths_);
  EXPECT_EQ(without_table.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(without_table.error().message, HasSubstr("mig-minors"));
  folder_.write("proc/driver/nvidia-caps/mig-minors",
                "gpu5/gi1/access 12\ngpu5/gi1/ci0/access 13\n");
  EXPECT_THAT(cdi_spec(node(), paths_).error().message, HasSubstr("MIG device 0:1"));
  write_minors();
  Snapshot snapshot = node();
  snapshot.gpus[0].minor.reset();
  EXPECT_THAT(cdi_spec(snapshot, paths_).error().message, HasSubstr("gpu 0"));
  snapshot = node();
  snapshot.gpus[1].minor.reset();
  EXPECT_THAT(cdi_spec(snapshot, paths_).error().message, HasSubstr("gpu 1"));
}

TEST_F(CdiFilesTest, WritesASpecOnlyWhenAskedOrWhenThereIsOne) {
  write_minors();
  EXPECT_EQ(refresh_cdi(node(), paths_, false).value(), "");
  EXPECT_FALSE(fs::exists(cdi_file(paths_)));
  EXPECT_EQ(refresh_cdi(node(), paths_, true).value(), "wrote " + cdi_file(paths_));
  EXPECT_EQ(parse_cdi(folder_.read("etc/cdi/sectile.json"), "f")->names.size(), 5U);
  // From now on it follows every change.
  Snapshot less = node();
  less.gpus[0].instances.pop_back();
  EXPECT_EQ(refresh_cdi(less, paths_, false).value(), "wrote " + cdi_file(paths_));
  EXPECT_EQ(parse_cdi(folder_.read("etc/cdi/sectile.json"), "f")->names.size(), 4U);
  // A spec without devices is not allowed, so there is none.
  Snapshot none = node();
  none.gpus.clear();
  EXPECT_THAT(refresh_cdi(none, paths_, false).value(), HasSubstr("removed"));
  EXPECT_FALSE(fs::exists(cdi_file(paths_)));
}

TEST_F(CdiFilesTest, LeavesItToNvidiaCtkWhereThatIsInstalled) {
  write_minors();
  install_nvidia_ctk("echo \"$*\" >" + (folder_.path() / "called").string());
  EXPECT_EQ(refresh_cdi(node(), paths_, false).value(), "");
  EXPECT_FALSE(fs::exists(folder_.path() / "called"));
  folder_.write("etc/cdi/sectile.json", "{}");
  const std::string file = paths_.etc + "/cdi/nvidia.yaml";
  EXPECT_EQ(refresh_cdi(node(), paths_, false).value(), "nvidia-ctk wrote " + file);
  EXPECT_EQ(folder_.read("called"), "cdi generate --output=" + file + "\n");
  EXPECT_FALSE(fs::exists(cdi_file(paths_)));  // Two of a kind conflict.
}

TEST_F(CdiFilesTest, NvidiaCtkWritesWhereTheSpecIs) {
  folder_.write("run/cdi/nvidia.yaml", kForeign);
  install_nvidia_ctk("exit 0");
  EXPECT_EQ(refresh_cdi(node(), paths_, true).value(),
            "nvidia-ctk wrote " + paths_.run + "/cdi/nvidia.yaml");
}

TEST_F(CdiFilesTest, TellsOfASpecThatIsNowStale) {
  folder_.write("etc/cdi/nvidia.yaml", kForeign);
  EXPECT_THAT(refresh_cdi(node(), paths_, false).value(),
              HasSubstr(paths_.etc + "/cdi/nvidia.yaml was written before this change"));
  EXPECT_EQ(folder_.read("etc/cdi/nvidia.yaml"), kForeign);
}

TEST_F(CdiFilesTest, NeverWritesASecondSpecOfTheKind) {
  write_minors();
  folder_.write("etc/cdi/other.yaml", "cdiVersion: 0.6.0\nkind: vendor.com/nic\ndevices: []\n");
  folder_.write("etc/cdi/broken.json", "{");
  EXPECT_TRUE(refresh_cdi(node(), paths_, true));
  fs::remove(cdi_file(paths_));
  folder_.write("run/cdi/nvidia.yaml", kForeign);
  const auto refused = refresh_cdi(node(), paths_, true);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("run/cdi/nvidia.yaml describes"));
  EXPECT_FALSE(fs::exists(cdi_file(paths_)));
}

TEST_F(CdiFilesTest, SaysWhatNvidiaCtkSaid) {
  install_nvidia_ctk("echo no driver; exit 3");
  const auto failed = refresh_cdi(node(), paths_, true);
  EXPECT_EQ(failed.error().code, ErrorCode::kFailed);
  EXPECT_THAT(failed.error().message, HasSubstr("status 3: no driver"));
}

}  // namespace
}  // namespace sectile
