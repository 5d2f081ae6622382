#include "sectile/device/node.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

const Profile& profile(const std::string& key, const std::string& name) {
  return *find_model(key).value()->find_by_name(name);
}

Layout h100_mixed() {
  const Model& model = *find_model("h100-80gb-sxm5").value();
  return Layout()
      .with(model, Slot(*model.find_by_name("3g.40gb"), 4))
      .value()
      .with(model, Slot(*model.find_by_name("2g.20gb"), 0))
      .value();
}

TEST(NodeTest, ReadShowsWhatIsThere) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  fake.add("a30-24gb").enabled = false;
  const Snapshot snapshot = fake.node().read().value();
  EXPECT_EQ(snapshot.driver_version, "570.133.20");
  ASSERT_EQ(snapshot.gpus.size(), 2U);
  const LiveGpu& first = snapshot.gpus[0];
  EXPECT_EQ(first.uuid, "GPU-0");
  EXPECT_EQ(first.pci, "00000000:07:00.0");
  EXPECT_EQ(first.mode, MigMode::kEnabled);
  EXPECT_EQ(first.layout, h100_mixed());
  EXPECT_EQ(snapshot.model_of(first).key, "h100-80gb-sxm5");
  ASSERT_EQ(first.instances.size(), 2U);
  EXPECT_EQ(first.instances[0].placement, (Placement{0, 2}));
  ASSERT_EQ(first.instances[1].compute.size(), 1U);
  EXPECT_EQ(first.instances[1].compute[0].uuid, "MIG-GPU-0/2/1");
  EXPECT_EQ(snapshot.gpus[1].mode, MigMode::kDisabled);
  EXPECT_EQ(snapshot.find("GPU-1"), &snapshot.gpus[1]);
  EXPECT_EQ(snapshot.find("GPU-2"), nullptr);
  EXPECT_TRUE(snapshot.warnings.empty()) << snapshot.warnings.front();
}

TEST(NodeTest, GpusOfOneKindShareAModel) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  fake.add("h100-80gb-sxm5");
  fake.add("a100-40gb");
  const Snapshot snapshot = fake.node().read().value();
  EXPECT_EQ(snapshot.models.size(), 2U);
  EXPECT_EQ(snapshot.gpus[0].model, snapshot.gpus[1].model);
}

TEST(NodeTest, HoldersAreTheProcessesInsideAnInstance) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5", h100_mixed());
  fake.occupy(gpu, {4, 4}, static_cast<unsigned>(getpid()));
  gpu.processes.push_back(
      {1, NVML_VALUE_NOT_AVAILABLE, NVML_INVALID_INSTANCE_ID, NVML_INVALID_INSTANCE_ID});
  const Snapshot snapshot = fake.node().read().value();
  const LiveGpu& live = snapshot.gpus[0];
  ASSERT_EQ(live.processes.size(), 2U);
  EXPECT_EQ(live.processes[0].pid, 1U);
  EXPECT_EQ(live.processes[0].memory, MiB{0});
  EXPECT_FALSE(live.processes[0].gpu_instance);
  const std::vector<GpuProcess> holders = live.holders(*live.find({4, 4}));
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_EQ(holders[0].memory, MiB{1024});
  EXPECT_FALSE(holders[0].command.empty());
  EXPECT_TRUE(live.holders(*live.find({0, 2})).empty());
}

TEST(NodeTest, CreatesAndDestroysExactlyWhereAsked) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5");
  Node node = fake.node();
  const Profile& small = profile("h100-80gb-sxm5", "1g.10gb");
  const GpuInstanceId instance = node.create_instance("GPU-0", small.id, small.at(5)).value();
  const ComputeSlot full = Slot(small, 5).compute().front();
  const LiveCompute compute = node.create_compute("GPU-0", instance, full).value();
  EXPECT_EQ(compute.slot, full);
  EXPECT_TRUE(compute.uuid.starts_with("MIG-GPU-0/")) << compute.uuid;
  EXPECT_EQ(fake.gpus[0].layout(), Layout().with_unchecked(Slot(small, 5)).value());
  EXPECT_EQ(node.destroy_instance("GPU-0", instance).error().code, ErrorCode::kBusy);
  ASSERT_TRUE(node.destroy_compute("GPU-0", instance, compute.id));
  ASSERT_TRUE(node.destroy_instance("GPU-0", instance));
  EXPECT_TRUE(fake.gpus[0].instances.empty());
}

TEST(NodeTest, RefusalsSayWhatToDo) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  Node node = fake.node();
  const Profile& wide = profile("h100-80gb-sxm5", "3g.40gb");
  EXPECT_EQ(node.create_instance("GPU-0", wide.id, wide.at(0)).error().code,
            ErrorCode::kUnsatisfiable);
  EXPECT_EQ(node.create_instance("GPU-9", wide.id, wide.at(0)).error().code, ErrorCode::kStale);
  EXPECT_EQ(node.create_instance("GPU-0", wide.id, {-1, 4}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(node.destroy_instance("GPU-0", {77}).error().code, ErrorCode::kStale);
  EXPECT_EQ(node.destroy_compute("GPU-0", {1}, {77}).error().code, ErrorCode::kStale);
  fake.gpus[0].instances.clear();
  fake.gpus[0].enabled = false;
  EXPECT_EQ(node.create_instance("GPU-0", wide.id, wide.at(0)).error().code, ErrorCode::kStale);
  fake.intercept = [](const std::string&) { return NVML_ERROR_NO_PERMISSION; };
  const Error denied = node.set_mode("GPU-0", true).error();
  EXPECT_EQ(denied.code, ErrorCode::kPermission);
  EXPECT_EQ(denied.message, "nvmlDeviceGetHandleByUUID, GPU-0: insufficient permissions (4)");
  EXPECT_EQ(denied.next, "run as root");
}

TEST(NodeTest, SuccessWithoutEffectIsAFailure) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5", h100_mixed());
  std::string idle;
  Node node = fake.node();
  const Profile& small = profile("h100-80gb-sxm5", "1g.10gb");
  fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == idle ? std::optional(NVML_SUCCESS) : std::nullopt;
  };
  const unsigned id = gpu.find({4, 4})->id;
  const unsigned compute = gpu.find({4, 4})->compute[0].id;
  idle = "nvmlDeviceCreateGpuInstanceWithPlacement";
  EXPECT_EQ(node.create_instance("GPU-0", small.id, small.at(2)).error().code, ErrorCode::kFailed);
  idle = "nvmlComputeInstanceDestroy";
  EXPECT_EQ(node.destroy_compute("GPU-0", {id}, {compute}).error().code, ErrorCode::kFailed);
  idle = "";
  ASSERT_TRUE(node.destroy_compute("GPU-0", {id}, {compute}));
  idle = "nvmlGpuInstanceCreateComputeInstanceWithPlacement";
  const ComputeSlot full = Slot(profile("h100-80gb-sxm5", "3g.40gb"), 4).compute().front();
  EXPECT_EQ(node.create_compute("GPU-0", {id}, full).error().code, ErrorCode::kFailed);
  idle = "nvmlGpuInstanceDestroy";
  EXPECT_EQ(node.destroy_instance("GPU-0", {id}).error().code, ErrorCode::kFailed);
  idle = "nvmlDeviceSetMigMode";
  gpu.instances.clear();
  EXPECT_EQ(node.set_mode("GPU-0", false).error().code, ErrorCode::kFailed);
}

TEST(NodeTest, ADriverThatLagsIsWaitedFor) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5");
  const Profile& small = profile("h100-80gb-sxm5", "1g.10gb");
  fake.set(gpu, Layout().with_unchecked(Slot::bare(small, 0)).value());
  bool created = false;
  int left = 0;
  Node node = fake.node();
  fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    created = created || name == "nvmlDeviceCreateGpuInstanceWithPlacement";
    const bool in_use = name == "nvmlGpuInstanceDestroy";
    const bool unseen = created && name == "nvmlDeviceGetGpuInstances";
    const bool lags = (in_use || unseen) && --left >= 0;
    return lags ? std::optional(in_use ? NVML_ERROR_IN_USE : NVML_ERROR_UNKNOWN) : std::nullopt;
  };
  left = 3;
  EXPECT_TRUE(node.destroy_instance("GPU-0", {1}));
  left = 3;
  EXPECT_TRUE(node.create_instance("GPU-0", small.id, small.at(0)));
  EXPECT_LT(left, 0);
}

TEST(NodeTest, AnInstanceInTheWrongPlaceIsTakenBack) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5");
  NvmlTable table = fake.table();
  table.DeviceCreateGpuInstanceWithPlacement.target =
      [create = table.DeviceCreateGpuInstanceWithPlacement.target](
          nvmlDevice_t device, unsigned id, const nvmlGpuInstancePlacement_t* place,
          nvmlGpuInstance_t* created) {
        const nvmlGpuInstancePlacement_t elsewhere{place->start + 1, place->size};
        return create(device, id, &elsewhere, created);
      };
  Node node = FakeNvml::node(table);
  const Profile& small = profile("h100-80gb-sxm5", "1g.10gb");
  const Result<GpuInstanceId> created = node.create_instance("GPU-0", small.id, small.at(0));
  ASSERT_FALSE(created);
  EXPECT_NE(created.error().message.find("it came at 1:1"), std::string::npos);
  EXPECT_TRUE(fake.gpus[0].instances.empty());
}

TEST(NodeTest, ModeIsCurrentOrPendingAsReadBack) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("a100-40gb");
  Node node = fake.node();
  EXPECT_TRUE(node.set_mode("GPU-0", false)->current);
  EXPECT_FALSE(gpu.enabled);
  gpu.activates = false;
  const Node::ModeChange change = node.set_mode("GPU-0", true).value();
  EXPECT_FALSE(change.current);
  EXPECT_EQ(change.status, "in use by another client");
  EXPECT_EQ(node.read()->gpus[0].pending, MigMode::kEnabled);
  EXPECT_EQ(node.read()->gpus[0].mode, MigMode::kDisabled);
}

TEST(NodeTest, WhereAGpuIsAndWhetherItsModeNeedsAResetIsRead) {
  FakeNvml fake;
  fake.add("a100-40gb");
  NvmlTable table = fake.table();
  unsigned place = NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH;
  table.DeviceGetVirtualizationMode.target = [&](nvmlDevice_t, nvmlGpuVirtualizationMode_t* mode) {
    *mode = static_cast<nvmlGpuVirtualizationMode_t>(place);
    return NVML_SUCCESS;
  };
  nvmlFieldValue_t told{};
  table.DeviceGetFieldValues.target = [&](nvmlDevice_t, int, nvmlFieldValue_t* value) {
    const unsigned asked = value->fieldId;
    *value = told;
    return asked == NVML_FI_DEV_IS_RESETLESS_MIG_SUPPORTED ? NVML_SUCCESS
                                                           : NVML_ERROR_INVALID_ARGUMENT;
  };
  told.valueType = NVML_VALUE_TYPE_UNSIGNED_INT;
  const auto read = [&] { return FakeNvml::node(table).read().value().gpus[0]; };
  EXPECT_EQ(read().virtualization, Virtualization::kPassthrough);
  EXPECT_EQ(read().resetless, false);
  told.value.uiVal = 1;
  EXPECT_EQ(read().resetless, true);
  told.value.uiVal = 7;  // Neither yes nor no.
  EXPECT_EQ(read().resetless, std::nullopt);
  told.nvmlReturn = NVML_ERROR_NOT_SUPPORTED;
  place = 99;
  EXPECT_EQ(read().resetless, std::nullopt);
  EXPECT_EQ(read().virtualization, Virtualization::kUnknown);
  const LiveGpu plain = fake.node().read().value().gpus[0];
  EXPECT_EQ(plain.virtualization, Virtualization::kUnknown);
  EXPECT_EQ(plain.resetless, std::nullopt);
}

TEST(NodeTest, AVirtualGpuIsItsHostsToCut) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  NvmlTable table = fake.table();
  table.DeviceGetVirtualizationMode.target = [](nvmlDevice_t, nvmlGpuVirtualizationMode_t* mode) {
    *mode = NVML_GPU_VIRTUALIZATION_MODE_VGPU;
    return NVML_SUCCESS;
  };
  fake.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlDeviceGetGpuInstances" ? std::optional(NVML_ERROR_NO_PERMISSION)
                                               : std::nullopt;
  };
  const Snapshot snapshot = FakeNvml::node(table).read().value();
  EXPECT_FALSE(snapshot.gpus[0].capable());
  EXPECT_EQ(snapshot.gpus[0].virtualization, Virtualization::kVgpu);
  ASSERT_EQ(snapshot.warnings.size(), 1U);
  EXPECT_NE(snapshot.warnings[0].find("virtual GPU"), std::string::npos);
}

TEST(NodeTest, WhoIsLinkedIsAskedOfTheDriver) {
  FakeNvml fake;
  for (int i = 0; i < 3; ++i) {
    fake.add("a100-40gb");
  }
  NvmlTable table = fake.table();
  const Snapshot snapshot = fake.node().read().value();
  EXPECT_TRUE(fake.node().linked(snapshot, "GPU-0")->empty());
  int asked = 0;
  table.DeviceGetP2PStatus.target = [&](nvmlDevice_t, nvmlDevice_t, nvmlGpuP2PCapsIndex_t,
                                        nvmlGpuP2PStatus_t* status) {
    *status = ++asked == 1 ? NVML_P2P_STATUS_NOT_SUPPORTED : NVML_P2P_STATUS_OK;
    return NVML_SUCCESS;
  };
  EXPECT_EQ(FakeNvml::node(table).linked(snapshot, "GPU-0").value(),
            std::vector<std::string>{"GPU-2"});
  EXPECT_EQ(FakeNvml::node(table).linked(snapshot, "GPU-9").error().code, ErrorCode::kStale);
}

struct Diary : CallWatch {
  void before(std::string_view call, std::string_view subject) override {
    EXPECT_FALSE(inside);
    inside = true;
    calls.push_back(std::string(call) + " " + std::string(subject));
  }
  void after() override {
    EXPECT_TRUE(inside);
    inside = false;
  }
  bool has(const std::string& call) const { return std::ranges::find(calls, call) != calls.end(); }

  std::vector<std::string> calls;
  bool inside = false;
};

TEST(NodeTest, AWatchIsToldOfEveryCallAndItsGpu) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  FakeNvml::Gpu& second = fake.add("h100-80gb-sxm5", h100_mixed());
  fake.occupy(second, {4, 4}, 7);
  Diary diary;
  {
    Node node(Nvml::start(fake.table(), &diary).value());
    const Snapshot now = node.read().value();
    EXPECT_TRUE(diary.has("nvmlInit_v2 "));
    EXPECT_TRUE(diary.has("nvmlDeviceGetMigMode gpu 1 (GPU-1)"));
    EXPECT_TRUE(diary.has("reading /proc/7 gpu 1 (GPU-1)"));
    EXPECT_TRUE(node.refresh(now.gpus[0], now.models[0]));
    ASSERT_TRUE(node.destroy_compute("GPU-0", now.gpus[0].instances[0].id,
                                     now.gpus[0].instances[0].compute[0].id));
    EXPECT_TRUE(diary.has("nvmlComputeInstanceDestroy gpu 0 (GPU-0)"));
    static_cast<void>(node.destroy_instance("GPU-1", GpuInstanceId{9}));
    EXPECT_TRUE(diary.has("nvmlDeviceGetGpuInstanceById GPU-1"));
  }
  EXPECT_TRUE(diary.has("nvmlShutdown GPU-1"));
  EXPECT_FALSE(diary.inside);
  EXPECT_EQ(diary.calls.size(), static_cast<std::size_t>(fake.calls) + 1);  // And /proc.
}

TEST(NodeTest, RefreshReadsOneGpuAgain) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  Node node = fake.node();
  const Snapshot before = node.read().value();
  fake.set(fake.gpus[0], {});
  const LiveGpu& old = before.gpus[0];
  const LiveGpu now = node.refresh(old, before.model_of(old)).value();
  EXPECT_TRUE(now.layout.empty());
  EXPECT_EQ(now.name, old.name);
  fake.gpus[0].uuid = "GPU-5";
  EXPECT_EQ(node.refresh(old, before.model_of(old)).error().code, ErrorCode::kStale);
}

TEST(NodeTest, ClosedWorksBetweenShutdownAndInit) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5");
  std::string order;
  Node node = fake.node();
  fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    order += name + " ";
    return std::nullopt;
  };
  const Status worked = node.closed([&]() -> Status {
    order += "work ";
    return fail(ErrorCode::kFailed, "no");
  });
  EXPECT_EQ(order, "nvmlShutdown work nvmlInit_v2 ");
  EXPECT_EQ(worked.error().message, "no");
  EXPECT_TRUE(node.read());
}

TEST(NodeTest, OldDriversAreUnderstood) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5", h100_mixed());
  gpu.processes.push_back({7, 1ULL << 30U, 1, 1});
  const Snapshot modern = fake.node().read().value();
  NvmlTable table = fake.table();
  table.DeviceGetGpuInstanceProfileInfoV.target = {};
  table.DeviceGetGpuInstancePossiblePlacements_v2.target = {};
  table.DeviceGetComputeRunningProcesses_v3.target = {};
  table.DeviceGetComputeRunningProcesses_v2.target = {};
  table.ComputeInstanceGetInfo_v2.target = {};
  table.ComputeInstanceGetInfo.target = [inner = fake.table().ComputeInstanceGetInfo_v2.target](
                                            nvmlComputeInstance_t handle,
                                            nvmlComputeInstanceInfo_v1_t* info) {
    nvmlComputeInstanceInfo_t whole{};
    const nvmlReturn_t code = inner(handle, &whole);
    *info = {nullptr, nullptr, whole.id, whole.profileId};
    return code;
  };
  const Snapshot old = FakeNvml::node(table).read().value();
  EXPECT_EQ(old.models, modern.models);
  EXPECT_EQ(old.gpus[0].instances, modern.gpus[0].instances);
  ASSERT_EQ(old.gpus[0].processes.size(), 1U);
  EXPECT_EQ(old.gpus[0].processes[0].pid, 7U);
  EXPECT_FALSE(old.gpus[0].processes[0].gpu_instance);  // The first version does not say.
}

TEST(NodeTest, ADriverThatIsSilentWithMigOffLeavesItToTheCatalogue) {
  FakeNvml fake;
  fake.add("a100-40gb").enabled = false;
  fake.gpus[0].pending = false;
  fake.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name.find("ProfileInfo") != std::string::npos ? std::optional(NVML_ERROR_NOT_SUPPORTED)
                                                         : std::nullopt;
  };
  const Snapshot snapshot = fake.node().read().value();
  ASSERT_EQ(snapshot.models.size(), 1U);
  EXPECT_EQ(snapshot.models[0], *find_model("a100-40gb").value());
  ASSERT_EQ(snapshot.warnings.size(), 1U);
  EXPECT_NE(snapshot.warnings[0].find("catalogue"), std::string::npos);

  fake.gpus[0].name = "NVIDIA X1";
  fake.gpus[0].model.pci_devices = {0xFFFF};
  const Snapshot stranger = fake.node().read().value();
  EXPECT_FALSE(stranger.gpus[0].capable());
  EXPECT_EQ(stranger.warnings.size(), 1U);
}

// It said "no MIG" once and "MIG is on" afterwards.
TEST(NodeTest, ADriverThatChangesItsMindAboutMigIsNotHalfBelieved) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", h100_mixed());
  int asked = 0;
  fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    const bool first = name == "nvmlDeviceGetMigMode" && asked++ == 0;
    return first ? std::optional(NVML_ERROR_NOT_SUPPORTED) : std::nullopt;
  };
  const Snapshot snapshot = fake.node().read().value();
  EXPECT_FALSE(snapshot.gpus[0].capable());
  EXPECT_TRUE(snapshot.models.empty());
}

TEST(NodeTest, AGpuThatIsLostDoesNotHideTheOthers) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5");
  fake.add("h100-80gb-sxm5");
  int handles = 0;
  fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    const bool first = name == "nvmlDeviceGetHandleByIndex_v2" && handles++ == 0;
    return first ? std::optional(NVML_ERROR_GPU_IS_LOST) : std::nullopt;
  };
  const Snapshot snapshot = fake.node().read().value();
  ASSERT_EQ(snapshot.gpus.size(), 1U);
  EXPECT_EQ(snapshot.gpus[0].uuid, "GPU-1");
  ASSERT_EQ(snapshot.warnings.size(), 1U);
}

TEST(NodeTest, WhoMayNotSeeTheInstancesIsToldSo) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5");
  fake.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlDeviceGetGpuInstances" ? std::optional(NVML_ERROR_NO_PERMISSION)
                                               : std::nullopt;
  };
  EXPECT_EQ(fake.node().read().error().code, ErrorCode::kPermission);
}

TEST(NodeTest, OpenWithoutALibraryIsUnavailable) {
  const Result<Node> node = Node::open("/nonexistent/libnvidia-ml.so.1");
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(node.error().next.empty());
}

}  // namespace
}  // namespace sectile
