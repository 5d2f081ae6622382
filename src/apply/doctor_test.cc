#include "sectile/apply/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sectile/apply/journal.h"
#include "sectile/apply/saved_layout.h"
#include "sectile/geometry/catalogue.h"
#include "src/apply/apply_testing.h"
#include "src/apply/made_up_host.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

using testing::HasSubstr;

const std::string kUuid = "GPU-bca1d00a-7283-56a2-91ea-12809365404d";
const std::string kMig = "MIG-22222222-7283-56a2-91ea-12809365404d";

Finding only(const std::vector<Finding>& all, const std::string& check) {
  EXPECT_EQ(std::ranges::count(all, check, &Finding::check), 1) << check;
  const auto found = std::ranges::find(all, check, &Finding::check);
  return found == all.end() ? Finding() : *found;
}

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    const Model& model = *find_model("h100-80gb-sxm5").value();
    snapshot_.driver_version = "570.133.20";
    snapshot_.models.push_back(model);
    LiveGpu gpu;
    gpu.uuid = kUuid;
    gpu.name = model.product_names.front();
    gpu.minor = 0;
    gpu.mode = gpu.pending = MigMode::kEnabled;
    gpu.persistence = true;
    gpu.instances = {{.id = GpuInstanceId{2},
                      .profile = model.find_by_name("3g.40gb")->id,
                      .placement = {0, 4},
                      .compute = {{.id = ComputeInstanceId{0}, .slot = {}, .uuid = kMig}}}};
    snapshot_.gpus.push_back(gpu);
    host_.write("proc/driver/nvidia-caps/mig-minors",
                "gpu0/gi2/access 21\ngpu0/gi2/ci0/access 22\n");
  }

  LiveGpu& gpu() { return snapshot_.gpus.front(); }
  std::vector<Finding> of_gpus() const { return examine_gpus(snapshot_); }
  std::vector<Finding> of_machine() const { return examine_machine(&snapshot_, host_.paths()); }
  void add_pci(const std::string& address, const std::string& device_class) const {
    host_.write("sys/bus/pci/devices/" + address + "/vendor", "0x10de\n");
    host_.write("sys/bus/pci/devices/" + address + "/class", device_class + "\n");
  }

  MadeUpHost host_;
  Snapshot snapshot_;
};

TEST_F(DoctorTest, AHealthyMachineIsWell) {
  for (const Finding& finding : of_gpus()) {
    EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.message;
    EXPECT_EQ(finding.fix, "") << finding.message;
  }
  for (const Finding& finding : of_machine()) {
    EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.message;
  }
  EXPECT_EQ(of_gpus().size(), 4U);
}

TEST_F(DoctorTest, ADriverBelowTheFloorFails) {
  snapshot_.driver_version = "525.60.13";
  const Finding finding = only(of_gpus(), "driver");
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.fix, HasSubstr("525.85.12"));
  // It need not even know that the GPU is capable.
  gpu().mode = gpu().pending = MigMode::kNotCapable;
  EXPECT_EQ(only(of_gpus(), "driver").verdict, Verdict::kFail);
}

TEST_F(DoctorTest, APendingModeFails) {
  gpu().pending = MigMode::kDisabled;
  const Finding finding = only(of_gpus(), "mode");
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_THAT(finding.fix, HasSubstr(kUuid));
}

TEST_F(DoctorTest, InstancesNobodyCanUseAreWarnedOf) {
  gpu().instances[0].compute.clear();
  EXPECT_THAT(only(of_gpus(), "instances").message, HasSubstr("3g.40gb@0 has no compute instance"));
  gpu().instances.clear();
  const Finding finding = only(of_gpus(), "instances");
  EXPECT_EQ(finding.verdict, Verdict::kWarn);
  EXPECT_THAT(finding.message, HasSubstr("without an instance"));
}

TEST_F(DoctorTest, PersistenceIsWarnedOfWhereItIsKnownToBeOff) {
  gpu().persistence = std::nullopt;
  EXPECT_EQ(only(of_gpus(), "persistence").verdict, Verdict::kOk);
  gpu().persistence = false;
  EXPECT_EQ(only(of_gpus(), "persistence").verdict, Verdict::kWarn);
}

TEST_F(DoctorTest, SwitchesNeedAFabricManager) {
  add_pci("0000:01:00.0", "0x068000");
  EXPECT_EQ(only(of_machine(), "fabric").verdict, Verdict::kWarn);
  gpu().mode = MigMode::kDisabled;
  EXPECT_EQ(only(of_machine(), "fabric").verdict, Verdict::kFail);
  host_.add({.pid = 41, .command = "/usr/bin/nv-fabricmanager -c /x"});
  EXPECT_EQ(only(of_machine(), "fabric").verdict, Verdict::kOk);
}

TEST_F(DoctorTest, ADisplayDriverIsWarnedOf) {
  host_.write("proc/modules", "nvidia_drm 1 0 - Live 0x0\n");
  host_.write("sys/module/nvidia_drm/parameters/modeset", "Y\n");
  const Finding finding = only(of_machine(), "display");
  EXPECT_EQ(finding.verdict, Verdict::kWarn);
  EXPECT_THAT(finding.fix, HasSubstr("modprobe -r nvidia_drm"));
}

TEST_F(DoctorTest, WhoElseChangesLayoutsIsNamed) {
  host_.add({.pid = 41, .command = "/usr/bin/gpu-kubelet-plugin"});
  EXPECT_THAT(only(of_machine(), "owner").message, HasSubstr("DRA driver"));
  EXPECT_FALSE(owners(host_.paths()).at(0).only_boot);
}

TEST_F(DoctorTest, AUnitThatSetsTheLayoutAtBootIsNamed) {
  std::filesystem::create_directories(host_.root() / "etc/systemd/system/multi-user.target.wants");
  std::filesystem::create_symlink(
      "/lib/systemd/system/nvidia-mig-manager.service",
      host_.root() / "etc/systemd/system/multi-user.target.wants/nvidia-mig-manager.service");
  const auto found = owners(host_.paths());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].only_boot);
  EXPECT_THAT(found[0].way, HasSubstr("systemctl disable"));
}

TEST_F(DoctorTest, StaleSpecificationsFailEachByName) {
  host_.write("etc/cdi/nvidia.yaml", "kind: nvidia.com/gpu\n# " + kMig +
                                         "\n/dev/nvidia-caps/nvidia-cap21\n"
                                         "/dev/nvidia-caps/nvidia-cap22\n");
  EXPECT_EQ(only(of_machine(), "cdi").verdict, Verdict::kOk);
  host_.write("etc/cdi/other.yaml", "kind: vendor.com/net\n");
  host_.write("etc/cdi/notes.txt", "nvidia.com/gpu\n");
  EXPECT_EQ(only(of_machine(), "cdi").verdict, Verdict::kOk);
  host_.write("run/cdi/nvidia.json",
              "{\"kind\": \"nvidia.com/gpu\", \"x\": "
              "\"/dev/nvidia-caps/nvidia-cap48\"}");
  const auto all = of_machine();
  EXPECT_EQ(std::ranges::count(all, "cdi", &Finding::check), 3);  // And that there are two.
  const auto stale = std::ranges::find(all, Verdict::kFail, &Finding::verdict);
  ASSERT_NE(stale, all.end());
  EXPECT_THAT(stale->message, HasSubstr("run/cdi/nvidia.json is stale"));
  EXPECT_THAT(stale->fix, HasSubstr("nvidia-ctk cdi generate --output="));
}

TEST_F(DoctorTest, WithoutADriverItSaysWhatIsMissing) {
  const Error error{ErrorCode::kUnavailable, "no NVML", "install it"};
  const auto said = [&] { return only(examine_without_driver(error, host_.paths()), "driver"); };
  EXPECT_THAT(said().message, HasSubstr("no GPU of NVIDIA's"));
  EXPECT_FALSE(has_nvidia_gpu(host_.paths()));
  add_pci("0000:07:00.0", "0x030200");
  EXPECT_TRUE(has_nvidia_gpu(host_.paths()));
  EXPECT_THAT(said().fix, HasSubstr("modprobe nvidia"));
  host_.write("proc/modules", "nvidia 1 0 - Live 0x0\n");
  EXPECT_EQ(said().fix, "install it");
  host_.write("proc/modules", "nouveau 1 0 - Live 0x0\n");
  EXPECT_THAT(said().message, HasSubstr("nouveau"));
  EXPECT_EQ(said().verdict, Verdict::kFail);
  // What needs no driver is looked at all the same.
  EXPECT_EQ(only(examine_machine(nullptr, host_.paths()), "owner").verdict, Verdict::kOk);
}

TEST(DoctorState, WhatIsNotFinishedIsNamed) {
  const ScratchFolder folder = ScratchFolder::in_memory();
  const StateFile::Options options{.directory = folder.path() / "state", .vfs = {}};
  EXPECT_EQ(only(examine_state(options), "journal").verdict, Verdict::kOk);
  {
    FakeClock clock;
    StateFile state = StateFile::open(options).value();
    Journal journal(state, clock);
    Journal::Entry entry{.kind = ChangeKind::kApply,
                         .undoes = std::nullopt,
                         .author = this_process(),
                         .before = {},
                         .target = {},
                         .planned = {}};
    const std::int64_t running = journal.begin(entry).value();
    EXPECT_EQ(only(examine_state(options), "journal").verdict, Verdict::kWarn);
    ASSERT_TRUE(journal.finish(running, ChangeState::kDone, "", std::nullopt));
    EXPECT_EQ(only(examine_state(options), "journal").verdict, Verdict::kOk);
    entry.author.process_start += 1;  // Another process has its pid by now.
    ASSERT_TRUE(journal.begin(entry));
  }
  const Finding finding = only(examine_state(options), "journal");
  EXPECT_EQ(finding.verdict, Verdict::kFail);
  EXPECT_EQ(finding.fix, "sectile repair");
}

TEST(DoctorState, AnotherLayoutThanTheSavedOneIsWarnedOf) {
  const ScratchFolder folder = ScratchFolder::in_memory();
  const StateFile::Options options{.directory = folder.path() / "state", .vfs = {}};
  const Model& model = *find_model("h100-80gb-sxm5").value();
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", Layout().with(model, Slot(*model.find_by_name("3g.40gb"), 4)).value());
  const Snapshot now = fake.node().read().value();
  EXPECT_EQ(only(examine_saved(now, options), "saved").fix, "sectile save");
  {
    StateFile state = StateFile::open(options).value();
    ASSERT_TRUE(state.put(kSavedLayout, write_saved_layout(now, {}, "today")));
  }
  EXPECT_EQ(only(examine_saved(now, options), "saved").verdict, Verdict::kOk);
  fake.gpus[0].instances.clear();
  const Finding finding = only(examine_saved(fake.node().read().value(), options), "saved");
  EXPECT_EQ(finding.verdict, Verdict::kWarn);
  EXPECT_THAT(finding.message, HasSubstr("another one on gpu 0"));
  {
    StateFile state = StateFile::open(options).value();
    ASSERT_TRUE(state.put(kSavedLayout, "kind: Nonsense"));
  }
  EXPECT_EQ(only(examine_saved(now, options), "saved").verdict, Verdict::kFail);
}

TEST(DoctorVersions, AreComparedPartByPart) {
  EXPECT_EQ(compare_versions("570.133.20", "570.133.20"), 0);
  EXPECT_EQ(compare_versions("570.86", "570.133"), -1);
  EXPECT_EQ(compare_versions("580", "570.133.20"), 1);
  EXPECT_EQ(compare_versions("595", "595.0.0"), 0);
  EXPECT_EQ(compare_versions("", "1"), -1);
}

}  // namespace
}  // namespace sectile
