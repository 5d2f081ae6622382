// The MIG calls, one row of their semantics at a time, through the functions that clients call.
#include "sectile/nvml_abi/mig.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <set>

#include "sectile/nvml_abi/nvml.h"
#include "src/base/scratch_folder.h"
#include "src/emulator/session.h"
#include "src/emulator/test_node.h"

namespace sectile::emulator {
namespace {

constexpr unsigned int k1g = 19;
constexpr unsigned int k2g = 14;
constexpr unsigned int k3g = 9;
constexpr unsigned int k4g = 5;
constexpr unsigned int k7g = 0;
constexpr unsigned int kMedia = 20;

class MigTest : public testing::Test {
 public:
  MigTest() = default;
  ~MigTest() override { stop(); }
  MigTest(const MigTest&) = delete;
  MigTest& operator=(const MigTest&) = delete;

 protected:
  void start(const NodeDescription& description) {
    stop();
    folder_ = std::make_unique<ScratchFolder>();
    const Status created = create_node(path(), description);
    ASSERT_TRUE(created) << created.error().message;
    ::setenv(kStateVariable, path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread.
    allow("config");
    ASSERT_EQ(nvmlInit_v2(), NVML_SUCCESS);
    started_ = true;
    ASSERT_EQ(nvmlDeviceGetHandleByIndex_v2(0, &gpu_), NVML_SUCCESS);
  }
  void start(std::string_view model, bool mig = true) { start(node_of(model, 1, mig)); }
  void stop() {
    if (started_) {
      nvmlShutdown();
      started_ = false;
    }
    ::unsetenv(kCapabilityVariable);  // NOLINT(concurrency-mt-unsafe): one thread.
  }
  std::string path() const { return folder_->path(); }
  static void allow(const char* capability) {
    ::setenv(kCapabilityVariable, capability, 1);  // NOLINT(concurrency-mt-unsafe): one thread.
  }

  // nullptr if it failed; the reason is in result_.
  nvmlGpuInstance_t create(unsigned int profile) {
    nvmlGpuInstance_t instance = nullptr;
    result_ = nvmlDeviceCreateGpuInstance(gpu_, profile, &instance);
    return result_ == NVML_SUCCESS ? instance : nullptr;
  }
  nvmlGpuInstance_t create(unsigned int profile, nvmlGpuInstancePlacement_t placement) {
    nvmlGpuInstance_t instance = nullptr;
    result_ = nvmlDeviceCreateGpuInstanceWithPlacement(gpu_, profile, &placement, &instance);
    return result_ == NVML_SUCCESS ? instance : nullptr;
  }
  nvmlComputeInstance_t compute(nvmlGpuInstance_t instance, unsigned int profile) {
    nvmlComputeInstance_t created = nullptr;
    result_ = nvmlGpuInstanceCreateComputeInstance(instance, profile, &created);
    return result_ == NVML_SUCCESS ? created : nullptr;
  }
  nvmlDevice_t mig_device(unsigned int index) {
    nvmlDevice_t device = nullptr;
    result_ = nvmlDeviceGetMigDeviceHandleByIndex(gpu_, index, &device);
    return result_ == NVML_SUCCESS ? device : nullptr;
  }
  static std::string uuid(nvmlDevice_t device) {
    std::array<char, 96> text{};
    EXPECT_EQ(nvmlDeviceGetUUID(device, text.data(), text.size()), NVML_SUCCESS);
    return text.data();
  }
  static unsigned int id_of(nvmlGpuInstance_t instance) {
    nvmlGpuInstanceInfo_t info{};
    EXPECT_EQ(nvmlGpuInstanceGetInfo(instance, &info), NVML_SUCCESS);
    return info.id;
  }
  std::pair<unsigned int, unsigned int> modes() {
    unsigned int current = 9;
    unsigned int pending = 9;
    EXPECT_EQ(nvmlDeviceGetMigMode(gpu_, &current, &pending), NVML_SUCCESS);
    return {current, pending};
  }
  nvmlReturn_t set_mode(unsigned int mode) {
    return nvmlDeviceSetMigMode(gpu_, mode, &activation_);
  }
  void occupy(std::optional<std::uint32_t> gi = {}) {
    const Status added = add_occupant(
        path(), {.pid = static_cast<std::uint32_t>(::getpid()), .gpu = 0, .gpu_instance = gi});
    ASSERT_TRUE(added) << added.error().message;
  }
  void vacate() { ASSERT_TRUE(remove_occupant(path(), static_cast<std::uint32_t>(::getpid()))); }

  std::unique_ptr<ScratchFolder> folder_;
  nvmlDevice_t gpu_ = nullptr;
  nvmlReturn_t result_ = NVML_SUCCESS;
  nvmlReturn_t activation_ = NVML_ERROR_UNKNOWN;
  bool started_ = false;
};

using Modes = std::pair<unsigned int, unsigned int>;

// ---- The mode ----

TEST_F(MigTest, HopperChangesItsModeAtOnce) {
  start("h100-80gb-sxm5", false);
  EXPECT_EQ(modes(), Modes(0, 0));
  EXPECT_EQ(set_mode(1), NVML_SUCCESS);
  EXPECT_EQ(activation_, NVML_SUCCESS);
  EXPECT_EQ(modes(), Modes(1, 1));
}

TEST_F(MigTest, HopperRefusesAModeWhileAProcessIsOnIt) {
  start("h100-80gb-sxm5", false);
  occupy();
  EXPECT_EQ(set_mode(1), NVML_ERROR_IN_USE);
  EXPECT_EQ(activation_, NVML_ERROR_IN_USE);
  EXPECT_EQ(modes(), Modes(0, 0));
}

TEST_F(MigTest, AnIdleAmpereIsResetByTheDriver) {
  start("a100-80gb", false);
  EXPECT_EQ(set_mode(1), NVML_SUCCESS);
  EXPECT_EQ(activation_, NVML_SUCCESS);
  EXPECT_EQ(modes(), Modes(1, 1));
}

TEST_F(MigTest, ABusyAmpereWaitsForItsReset) {
  start("a100-80gb", false);
  occupy();
  EXPECT_EQ(set_mode(1), NVML_SUCCESS);
  EXPECT_EQ(activation_, NVML_ERROR_IN_USE);
  EXPECT_EQ(modes(), Modes(0, 1));
  EXPECT_EQ(reset_gpus(path(), {0}).error().code, ErrorCode::kBusy);
  vacate();
  EXPECT_TRUE(reset_gpus(path(), {0}));
  EXPECT_EQ(modes(), Modes(1, 1));
}

TEST_F(MigTest, APassedThroughGpuAlwaysNeedsAReset) {
  NodeDescription description = node_of("a100-80gb", 1, false);
  description.gpus[0].toggle = Toggle::kReset;
  start(description);
  EXPECT_EQ(set_mode(1), NVML_SUCCESS);
  EXPECT_EQ(activation_, NVML_ERROR_RESET_REQUIRED);
  EXPECT_EQ(modes(), Modes(0, 1));
  EXPECT_EQ(set_mode(0), NVML_SUCCESS) << "taking the wish back needs no reset";
  EXPECT_EQ(modes(), Modes(0, 0));
}

TEST_F(MigTest, ResetClearsInstancesAndHopperForgetsItsMode) {
  start("h100-80gb-sxm5");
  ASSERT_NE(create(k3g), nullptr);
  EXPECT_TRUE(reset_gpus(path(), {0}));
  EXPECT_EQ(modes(), Modes(0, 0));
  start("a100-80gb");
  ASSERT_NE(create(k3g), nullptr);
  EXPECT_TRUE(reset_gpus(path(), {0}));
  EXPECT_EQ(modes(), Modes(1, 1));
  EXPECT_EQ(id_of(create(k3g)), 2U) << "the place is free again";
}

TEST_F(MigTest, ModeArgumentsAndRightsAreChecked) {
  start("h100-80gb-sxm5", false);
  EXPECT_EQ(set_mode(2), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceSetMigMode(gpu_, 1, nullptr), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceSetMigMode(nullptr, 1, &activation_), NVML_ERROR_INVALID_ARGUMENT);
  unsigned int mode = 0;
  EXPECT_EQ(nvmlDeviceGetMigMode(gpu_, nullptr, &mode), NVML_ERROR_INVALID_ARGUMENT);
  for (const char* capability : {"none", "monitor"}) {
    allow(capability);
    EXPECT_EQ(set_mode(1), NVML_ERROR_NO_PERMISSION);
    EXPECT_EQ(set_mode(2), NVML_ERROR_NO_PERMISSION) << "rights come before arguments";
    EXPECT_EQ(modes(), Modes(0, 0));
  }
}

TEST_F(MigTest, DisablingNeedsAnEmptyGpu) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  EXPECT_EQ(set_mode(0), NVML_ERROR_IN_USE);
  EXPECT_EQ(activation_, NVML_ERROR_IN_USE);
  EXPECT_EQ(modes(), Modes(1, 1));
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_SUCCESS);
  EXPECT_EQ(set_mode(0), NVML_SUCCESS);
  EXPECT_EQ(modes(), Modes(0, 0));
}

TEST_F(MigTest, AGpuWithoutMigSaysSo) {
  NodeDescription description = node_of("h100-80gb-sxm5", 1, false);
  description.gpus[0].mig_capable = false;
  start(description);
  unsigned int out = 7;
  unsigned int pending = 7;
  nvmlGpuInstanceProfileInfo_t info{};
  nvmlGpuInstance_t instance = nullptr;
  nvmlDevice_t device = nullptr;
  EXPECT_EQ(nvmlDeviceGetMigMode(gpu_, &out, &pending), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(set_mode(1), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfo(gpu_, 0, &info), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetGpuInstancePossiblePlacements_v2(gpu_, k1g, nullptr, &out),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceCreateGpuInstance(gpu_, k1g, &instance), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetMigDeviceHandleByIndex(gpu_, 0, &device), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetMaxMigDeviceCount(gpu_, &out), NVML_SUCCESS);
  EXPECT_EQ(out, 0U);
  EXPECT_EQ(nvmlDeviceIsMigDeviceHandle(gpu_, &out), NVML_SUCCESS);
  EXPECT_EQ(out, 0U);
}

TEST_F(MigTest, WithModeOffOnlyProfilesAreTold) {
  start("h100-80gb-sxm5", false);
  nvmlGpuInstanceProfileInfo_t info{};
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfo(gpu_, 0, &info), NVML_SUCCESS);
  EXPECT_EQ(info.id, k1g);
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetGpuInstancePossiblePlacements_v2(gpu_, k1g, nullptr, &count),
            NVML_SUCCESS);
  EXPECT_EQ(count, 7U);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceRemainingCapacity(gpu_, k1g, &count), NVML_ERROR_NOT_SUPPORTED);
  std::array<nvmlGpuInstance_t, 7> all{};
  EXPECT_EQ(nvmlDeviceGetGpuInstances(gpu_, k1g, all.data(), &count), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceById(gpu_, 1, all.data()), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(create(k1g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(create(999), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_NOT_SUPPORTED) << "mode comes before profile";
  EXPECT_EQ(mig_device(0), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_NOT_FOUND);
}

// ---- Profiles and placements ----

TEST_F(MigTest, ProfilesAreAskedForByEnumerator) {
  start("h100-80gb-sxm5");
  std::set<unsigned int> ids;
  for (unsigned int profile = 0; profile < NVML_GPU_INSTANCE_PROFILE_COUNT; ++profile) {
    nvmlGpuInstanceProfileInfo_t info{};
    const nvmlReturn_t result = nvmlDeviceGetGpuInstanceProfileInfo(gpu_, profile, &info);
    if (result == NVML_SUCCESS) {
      ids.insert(info.id);
      EXPECT_GE(info.instanceCount, 1U);
    } else {
      EXPECT_EQ(result, NVML_ERROR_NOT_SUPPORTED) << profile;
    }
  }
  EXPECT_EQ(ids, (std::set<unsigned int>{k7g, k4g, k3g, k2g, 15, k1g, kMedia}));
  nvmlGpuInstanceProfileInfo_t info{};
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfo(gpu_, NVML_GPU_INSTANCE_PROFILE_COUNT, &info),
            NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, AProfileHasItsFiguresInEveryVersionOfTheStruct) {
  start("h100-80gb-sxm5");
  nvmlGpuInstanceProfileInfo_v2_t v2{};
  v2.version = nvmlGpuInstanceProfileInfo_v2;
  ASSERT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, NVML_GPU_INSTANCE_PROFILE_1_SLICE_REV1, &v2),
            NVML_SUCCESS);
  EXPECT_EQ(v2.id, kMedia);
  EXPECT_STREQ(v2.name, "MIG 1g.10gb+me");
  EXPECT_EQ(v2.ofaCount, 1U);
  nvmlGpuInstanceProfileInfo_v3_t v3{};
  v3.version = nvmlGpuInstanceProfileInfo_v3;
  auto* tagged = reinterpret_cast<nvmlGpuInstanceProfileInfo_v2_t*>(&v3);
  ASSERT_EQ(nvmlDeviceGetGpuInstanceProfileInfoByIdV(gpu_, k3g, tagged), NVML_SUCCESS);
  EXPECT_EQ(v3.sliceCount, 3U);
  EXPECT_EQ(v3.instanceCount, 2U);
  EXPECT_EQ(v3.multiprocessorCount, 60U);
  EXPECT_EQ(v3.memorySizeMB, 40448U);
  EXPECT_STREQ(v3.name, "MIG 3g.40gb");
  EXPECT_EQ(v3.capabilities, 0U);
  for (const unsigned int tag : {0U, 1U, 2U, 0x01000098U, 0x04000098U, 0x02000097U}) {
    v2.version = tag;
    EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, 0, &v2),
              NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  }
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, 0, nullptr), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, GraphicsIsACapability) {
  start("rtx-pro-6000-bw");
  nvmlGpuInstanceProfileInfo_v3_t v3{};
  v3.version = nvmlGpuInstanceProfileInfo_v3;
  ASSERT_EQ(
      nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, NVML_GPU_INSTANCE_PROFILE_1_SLICE_GFX,
                                           reinterpret_cast<nvmlGpuInstanceProfileInfo_v2_t*>(&v3)),
      NVML_SUCCESS);
  EXPECT_EQ(v3.capabilities, NVML_GPU_INSTANCE_PROFILE_CAPS_GFX);
}

TEST_F(MigTest, OldBranchesKnowLess) {
  NodeDescription description = node_of("a100-80gb", 1, false);
  description.driver_branch = 535;
  start(description);
  nvmlGpuInstanceProfileInfo_v2_t v2{};
  v2.version = nvmlGpuInstanceProfileInfo_v2;
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, 2, &v2), NVML_ERROR_NOT_SUPPORTED)
      << "no profiles while MIG is off";
  ASSERT_EQ(set_mode(1), NVML_SUCCESS);
  ASSERT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, 2, &v2), NVML_SUCCESS);
  EXPECT_STREQ(v2.name, "MIG 3g.39gb");
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, 0xA, &v2), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfoByIdV(gpu_, k3g, &v2),
            NVML_ERROR_FUNCTION_NOT_FOUND);
  v2.version = nvmlGpuInstanceProfileInfo_v3;
  EXPECT_EQ(nvmlDeviceGetGpuInstanceProfileInfoV(gpu_, 2, &v2),
            NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
}

TEST_F(MigTest, PlacementsAreToldWhateverIsTaken) {
  start("h100-80gb-sxm5");
  ASSERT_NE(create(k3g), nullptr);
  for (auto* call : {&nvmlDeviceGetGpuInstancePossiblePlacements,
                     &nvmlDeviceGetGpuInstancePossiblePlacements_v2}) {
    std::array<nvmlGpuInstancePlacement_t, 8> placements{};
    unsigned int count = 0;
    ASSERT_EQ(call(gpu_, k2g, placements.data(), &count), NVML_SUCCESS);
    ASSERT_EQ(count, 3U);
    EXPECT_EQ(placements[2].start, 4U);
    EXPECT_EQ(placements[2].size, 2U);
    EXPECT_EQ(call(gpu_, 999, placements.data(), &count), NVML_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(call(gpu_, k2g, placements.data(), nullptr), NVML_ERROR_INVALID_ARGUMENT);
  }
}

TEST_F(MigTest, AnybodyMayAskWhatFits) {
  start("h100-80gb-sxm5");
  ASSERT_NE(create(k3g), nullptr);
  allow("none");
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetGpuInstanceRemainingCapacity(gpu_, k3g, &count), NVML_SUCCESS);
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(nvmlDeviceGetGpuInstancePossiblePlacements_v2(gpu_, k3g, nullptr, &count),
            NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceRemainingCapacity(gpu_, 999, &count), NVML_ERROR_NOT_SUPPORTED);
}

// ---- GPU instances ----

TEST_F(MigTest, CreationFindsItsPlaceAndSaysWhere) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  ASSERT_NE(instance, nullptr);
  nvmlGpuInstanceInfo_t info{};
  ASSERT_EQ(nvmlGpuInstanceGetInfo(instance, &info), NVML_SUCCESS);
  EXPECT_EQ(info.device, gpu_);
  EXPECT_EQ(info.id, 2U);
  EXPECT_EQ(info.profileId, k3g);
  EXPECT_EQ(info.placement.start, 4U);
  EXPECT_EQ(info.placement.size, 4U);
}

TEST_F(MigTest, CreationRefusesInTheDriversOrder) {
  start("h100-80gb-sxm5");
  EXPECT_EQ(create(999), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(create(k3g, {.start = 1, .size = 4}), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(create(k3g, {.start = 0, .size = 3}), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INVALID_ARGUMENT);
  ASSERT_NE(create(k3g, {.start = 0, .size = 4}), nullptr);
  EXPECT_EQ(create(k4g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INSUFFICIENT_RESOURCES);
  EXPECT_EQ(create(k3g, {.start = 0, .size = 4}), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INSUFFICIENT_RESOURCES);
  allow("monitor");
  EXPECT_EQ(create(999), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlDeviceCreateGpuInstance(gpu_, k1g, nullptr), NVML_ERROR_INVALID_ARGUMENT);
  nvmlGpuInstance_t instance = nullptr;
  EXPECT_EQ(nvmlDeviceCreateGpuInstanceWithPlacement(gpu_, k1g, nullptr, &instance),
            NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, AFailedCreationLeavesNothing) {
  start("h100-80gb-sxm5");
  const std::string before = dump_node(path()).value();
  EXPECT_EQ(create(k3g, {.start = 2, .size = 4}), nullptr);
  EXPECT_EQ(dump_node(path()).value(), before);
}

TEST_F(MigTest, TheFirstInstanceNeedsAnIdleGpu) {
  start("h100-80gb-sxm5");
  occupy();
  EXPECT_EQ(create(k3g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_IN_USE);
  vacate();
  EXPECT_NE(create(k3g), nullptr);
  occupy();
  EXPECT_NE(create(k3g), nullptr) << "later ones do not";
}

TEST_F(MigTest, OnlyOneInstanceHasTheMediaExtensions) {
  start("a100-40gb");
  ASSERT_NE(create(kMedia), nullptr);
  EXPECT_EQ(create(kMedia), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INSUFFICIENT_RESOURCES);
  for (int i = 0; i < 6; ++i) {
    EXPECT_NE(create(k1g), nullptr) << "plain ones beside it are fine";
  }
}

TEST_F(MigTest, AllMediaBarsEverythingButNoMedia) {
  start("rtx-pro-6000-bw");
  ASSERT_NE(create(65), nullptr);
  EXPECT_EQ(create(14), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INSUFFICIENT_RESOURCES);
  EXPECT_NE(create(67), nullptr);
  EXPECT_NE(create(66), nullptr);
}

TEST_F(MigTest, ThorsMediaInstanceWaitsForItsGraphicsOne) {
  start("jetson-thor");
  EXPECT_EQ(create(78), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INSUFFICIENT_RESOURCES);
  ASSERT_NE(create(83), nullptr);
  EXPECT_NE(create(78), nullptr);
}

TEST_F(MigTest, ListsAreInOrderOfIdAndOfOneProfile) {
  start("h100-80gb-sxm5");
  ASSERT_NE(create(k1g), nullptr);
  ASSERT_NE(create(k1g), nullptr);
  ASSERT_NE(create(k2g), nullptr);
  std::array<nvmlGpuInstance_t, 7> all{};
  unsigned int count = 7;
  ASSERT_EQ(nvmlDeviceGetGpuInstances(gpu_, k1g, all.data(), &count), NVML_SUCCESS);
  ASSERT_EQ(count, 2U);
  EXPECT_EQ(id_of(all[0]), 11U);
  EXPECT_EQ(id_of(all[1]), 13U);
  ASSERT_EQ(nvmlDeviceGetGpuInstances(gpu_, k4g, all.data(), &count), NVML_SUCCESS);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(nvmlDeviceGetGpuInstances(gpu_, 999, all.data(), &count), NVML_ERROR_INVALID_ARGUMENT);
  nvmlGpuInstance_t found = nullptr;
  EXPECT_EQ(nvmlDeviceGetGpuInstanceById(gpu_, 13, &found), NVML_SUCCESS);
  EXPECT_EQ(found, all[1]);
  for (const unsigned int id : {12U, 14U, 15U, 0xFFFFFFFFU}) {
    EXPECT_EQ(nvmlDeviceGetGpuInstanceById(gpu_, id, &found), NVML_ERROR_NOT_FOUND);
  }
}

TEST_F(MigTest, StrangersSeeOnlyThatThereIsNothing) {
  start("h100-80gb-sxm5");
  std::array<nvmlGpuInstance_t, 7> all{};
  unsigned int count = 7;
  allow("none");
  EXPECT_EQ(nvmlDeviceGetGpuInstances(gpu_, k3g, all.data(), &count), NVML_SUCCESS);
  EXPECT_EQ(count, 0U);
  allow("config");
  nvmlGpuInstance_t instance = create(k3g);
  nvmlComputeInstance_t inside = compute(instance, 2);
  allow("none");
  nvmlGpuInstanceInfo_t info{};
  nvmlComputeInstanceInfo_t compute_info{};
  nvmlComputeInstanceProfileInfo_t profile{};
  EXPECT_EQ(nvmlDeviceGetGpuInstances(gpu_, k3g, all.data(), &count), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceById(gpu_, 2, all.data()), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlGpuInstanceGetInfo(instance, &info), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlComputeInstanceGetInfo_v2(inside, &compute_info), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceRemainingCapacity(instance, 2, &count),
            NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfo(instance, 2, 0, &profile), NVML_SUCCESS);
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlComputeInstanceDestroy(inside), NVML_ERROR_NO_PERMISSION);
  EXPECT_NE(mig_device(0), nullptr) << "MIG devices are for everybody";
  allow("monitor");
  EXPECT_EQ(nvmlGpuInstanceGetInfo(instance, &info), NVML_SUCCESS);
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_ERROR_NO_PERMISSION);
}

TEST_F(MigTest, DestructionWaitsForWhatIsInside) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  nvmlComputeInstance_t inside = compute(instance, 2);
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_ERROR_IN_USE);
  occupy(2);
  EXPECT_EQ(nvmlComputeInstanceDestroy(inside), NVML_ERROR_IN_USE);
  vacate();
  EXPECT_EQ(nvmlComputeInstanceDestroy(inside), NVML_SUCCESS);
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_SUCCESS);
}

TEST_F(MigTest, ADeadProcessHoldsNothing) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  nvmlComputeInstance_t inside = compute(instance, 2);
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  ASSERT_TRUE(add_occupant(
      path(), {.pid = static_cast<std::uint32_t>(child), .gpu = 0, .gpu_instance = 2}));
  EXPECT_EQ(nvmlComputeInstanceDestroy(inside), NVML_ERROR_IN_USE);
  ::kill(child, SIGKILL);
  siginfo_t dead{};
  ::waitid(P_PID, static_cast<id_t>(child), &dead, WEXITED | WNOWAIT);
  EXPECT_EQ(nvmlComputeInstanceDestroy(inside), NVML_SUCCESS) << "a zombie holds nothing either";
  ::waitpid(child, nullptr, 0);
}

TEST_F(MigTest, StaleHandlesAreRefused) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  nvmlComputeInstance_t inside = compute(instance, 2);
  nvmlDevice_t device = mig_device(0);
  ASSERT_EQ(nvmlComputeInstanceDestroy(inside), NVML_SUCCESS);
  ASSERT_EQ(nvmlGpuInstanceDestroy(instance), NVML_SUCCESS);
  nvmlGpuInstance_t again = create(k3g);
  ASSERT_NE(compute(again, 2), nullptr);
  EXPECT_NE(again, instance);
  nvmlGpuInstanceInfo_t info{};
  nvmlComputeInstanceInfo_t compute_info{};
  unsigned int id = 0;
  EXPECT_EQ(nvmlGpuInstanceGetInfo(instance, &info), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlComputeInstanceGetInfo_v2(inside, &compute_info), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceId(device, &id), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, HandlesDoNotSurviveTheModesEnd) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  ASSERT_NE(compute(instance, 2), nullptr);
  nvmlDevice_t device = mig_device(0);
  ASSERT_TRUE(reset_gpus(path(), {0}));
  ASSERT_EQ(set_mode(1), NVML_SUCCESS);
  nvmlGpuInstanceInfo_t info{};
  unsigned int id = 0;
  EXPECT_EQ(nvmlGpuInstanceGetInfo(instance, &info), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceId(device, &id), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, HandlesOfOneKindAreNoneOfAnother) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  ASSERT_NE(compute(instance, 2), nullptr);
  unsigned int current = 0;
  unsigned int pending = 0;
  EXPECT_EQ(nvmlDeviceGetMigMode(reinterpret_cast<nvmlDevice_t>(instance), &current, &pending),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetMigMode(mig_device(0), &current, &pending), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlGpuInstanceDestroy(reinterpret_cast<nvmlGpuInstance_t>(gpu_)),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlGpuInstanceDestroy(nullptr), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlComputeInstanceDestroy(nullptr), NVML_ERROR_INVALID_ARGUMENT);
}

// ---- Compute instances ----

TEST_F(MigTest, ComputeProfilesOfAnInstance) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  nvmlComputeInstanceProfileInfo_t info{};
  ASSERT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfo(instance, 2, 0, &info), NVML_SUCCESS);
  EXPECT_EQ(info.id, 2U);
  EXPECT_EQ(info.sliceCount, 3U);
  EXPECT_EQ(info.instanceCount, 1U);
  EXPECT_EQ(info.multiprocessorCount, 60U);
  EXPECT_EQ(info.sharedDecoderCount, 3U);
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfo(instance, 4, 0, &info),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfo(instance, 9, 0, &info),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfo(instance, 2, 1, &info),
            NVML_ERROR_INVALID_ARGUMENT);
  nvmlComputeInstanceProfileInfo_v3_t v3{};
  v3.version = nvmlComputeInstanceProfileInfo_v3;
  auto* tagged = reinterpret_cast<nvmlComputeInstanceProfileInfo_v2_t*>(&v3);
  ASSERT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfoV(instance, 0, 0, tagged), NVML_SUCCESS);
  EXPECT_STREQ(v3.name, "MIG 1c.3g.40gb");
  EXPECT_EQ(v3.instanceCount, 3U);
  nvmlComputeInstanceProfileInfo_v2_t v2{};
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceProfileInfoV(instance, 0, 0, &v2),
            NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
}

TEST_F(MigTest, ComputeInstancesShareTheirInstance) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  ASSERT_NE(compute(instance, 0), nullptr);
  EXPECT_EQ(compute(instance, 2), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INSUFFICIENT_RESOURCES);
  EXPECT_EQ(compute(instance, 4), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INVALID_ARGUMENT);
  unsigned int count = 9;
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceRemainingCapacity(instance, 0, &count), NVML_SUCCESS);
  EXPECT_EQ(count, 2U);
  std::array<nvmlComputeInstancePlacement_t, 8> placements{};
  EXPECT_EQ(
      nvmlGpuInstanceGetComputeInstancePossiblePlacements(instance, 0, placements.data(), &count),
      NVML_SUCCESS);
  EXPECT_EQ(count, 3U);
  const nvmlComputeInstancePlacement_t misaligned = {.start = 0, .size = 2};
  nvmlComputeInstance_t created = nullptr;
  EXPECT_EQ(nvmlGpuInstanceCreateComputeInstanceWithPlacement(instance, 0, &misaligned, &created),
            NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, ComputeIdsAreTheLowestFree) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  std::array<nvmlComputeInstance_t, 3> made = {compute(instance, 0), compute(instance, 0),
                                               compute(instance, 0)};
  ASSERT_EQ(nvmlComputeInstanceDestroy(made[1]), NVML_SUCCESS);
  nvmlComputeInstanceInfo_t info{};
  nvmlComputeInstance_t again = compute(instance, 0);
  ASSERT_EQ(nvmlComputeInstanceGetInfo_v2(again, &info), NVML_SUCCESS);
  EXPECT_EQ(info.id, 1U);
  EXPECT_EQ(info.gpuInstance, instance);
  EXPECT_EQ(info.device, mig_device(1)) << "the MIG device, whose UUID clients read";
  EXPECT_EQ(info.placement.size, 1U);
  std::array<nvmlComputeInstance_t, 7> all{};
  unsigned int count = 0;
  ASSERT_EQ(nvmlGpuInstanceGetComputeInstances(instance, 0, all.data(), &count), NVML_SUCCESS);
  EXPECT_EQ(count, 3U);
  nvmlComputeInstance_t found = nullptr;
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceById(instance, 1, &found), NVML_SUCCESS);
  EXPECT_EQ(found, again);
  EXPECT_EQ(nvmlGpuInstanceGetComputeInstanceById(instance, 5, &found), NVML_ERROR_NOT_FOUND);
  nvmlComputeInstanceInfo_v1_t old{};
  EXPECT_EQ(nvmlComputeInstanceGetInfo(again, &old), NVML_SUCCESS);
  EXPECT_EQ(old.id, 1U);
}

// ---- MIG devices ----

TEST_F(MigTest, MigIndicesAreDenseAndInOrderOfIds) {
  start("a30-24gb");
  nvmlGpuInstance_t small = create(14);
  ASSERT_NE(compute(small, 0), nullptr);
  const std::string first = uuid(mig_device(0));
  nvmlGpuInstance_t large = create(5);
  ASSERT_NE(compute(large, 1), nullptr);
  EXPECT_EQ(uuid(mig_device(1)), first) << "a lower id moved in before it";
  EXPECT_EQ(mig_device(2), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_NOT_FOUND);
  EXPECT_EQ(mig_device(4), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_INVALID_ARGUMENT);
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetMaxMigDeviceCount(gpu_, &count), NVML_SUCCESS);
  EXPECT_EQ(count, 4U);
}

TEST_F(MigTest, OnePlaceHasOneUuid) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  nvmlComputeInstance_t inside = compute(instance, 2);
  const std::string before = uuid(mig_device(0));
  EXPECT_EQ(before.size(), 40U);
  EXPECT_EQ(before[18], '5') << "version 5: " << before;
  ASSERT_EQ(nvmlComputeInstanceDestroy(inside), NVML_SUCCESS);
  nvmlDevice_t found = nullptr;
  EXPECT_EQ(nvmlDeviceGetHandleByUUID(before.c_str(), &found), NVML_ERROR_NOT_FOUND);
  ASSERT_EQ(nvmlGpuInstanceDestroy(instance), NVML_SUCCESS);
  ASSERT_NE(compute(create(k3g), 2), nullptr);
  EXPECT_EQ(uuid(mig_device(0)), before);
  EXPECT_EQ(nvmlDeviceGetHandleByUUID(before.c_str(), &found), NVML_SUCCESS);
  EXPECT_EQ(found, mig_device(0));
  const std::string legacy = "MIG-" + uuid(gpu_) + "/2/0";
  EXPECT_EQ(nvmlDeviceGetHandleByUUID(legacy.c_str(), &found), NVML_SUCCESS);
  EXPECT_EQ(found, mig_device(0));
  for (const std::string tail : {"/2/1", "/1/0", "/2", "/2/0/", "/2/0x", "//", ""}) {
    const std::string wrong = "MIG-" + uuid(gpu_) + tail;
    EXPECT_EQ(nvmlDeviceGetHandleByUUID(wrong.c_str(), &found), NVML_ERROR_NOT_FOUND) << wrong;
  }
}

TEST_F(MigTest, MigDevicesKnowWhatTheyAre) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  ASSERT_NE(compute(instance, 0), nullptr);
  nvmlDevice_t device = mig_device(0);
  unsigned int id = 99;
  EXPECT_EQ(nvmlDeviceGetGpuInstanceId(device, &id), NVML_SUCCESS);
  EXPECT_EQ(id, 2U);
  EXPECT_EQ(nvmlDeviceGetComputeInstanceId(device, &id), NVML_SUCCESS);
  EXPECT_EQ(id, 0U);
  EXPECT_EQ(nvmlDeviceIsMigDeviceHandle(device, &id), NVML_SUCCESS);
  EXPECT_EQ(id, 1U);
  nvmlDevice_t parent = nullptr;
  EXPECT_EQ(nvmlDeviceGetDeviceHandleFromMigDeviceHandle(device, &parent), NVML_SUCCESS);
  EXPECT_EQ(parent, gpu_);
  EXPECT_EQ(nvmlDeviceGetDeviceHandleFromMigDeviceHandle(gpu_, &parent),
            NVML_ERROR_INVALID_ARGUMENT);
  nvmlDeviceAttributes_t attributes{};
  ASSERT_EQ(nvmlDeviceGetAttributes_v2(device, &attributes), NVML_SUCCESS);
  EXPECT_EQ(attributes.multiprocessorCount, 16U);
  EXPECT_EQ(attributes.gpuInstanceSliceCount, 3U);
  EXPECT_EQ(attributes.computeInstanceSliceCount, 1U);
  EXPECT_EQ(attributes.memorySizeMB, 40448U);
  EXPECT_EQ(attributes.sharedDecoderCount, 3U);
  EXPECT_EQ(nvmlDeviceGetAttributes_v2(gpu_, &attributes), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetGpuInstanceId(gpu_, &id), NVML_ERROR_NOT_SUPPORTED);
  std::array<char, 96> name{};
  EXPECT_EQ(nvmlDeviceGetName(device, name.data(), name.size()), NVML_SUCCESS);
  EXPECT_STREQ(name.data(), "NVIDIA H100 80GB HBM3 MIG 1c.3g.40gb");
}

TEST_F(MigTest, EveryChangeOfGpuInstancesIsAnEvent) {
  start("h100-80gb-sxm5");
  const auto last_event = [] {
    Event event{};
    read_node([&](const Node& node) {
      event = node.events[node.last_event % kMaxEvents];
      return NVML_SUCCESS;
    });
    return event;
  };
  nvmlGpuInstance_t instance = create(k3g);
  EXPECT_EQ(last_event().sequence, 1U);
  EXPECT_EQ(last_event().type, nvmlEventMigConfigChange);
  EXPECT_EQ(last_event().gpu_instance, 2U);
  create(k7g);
  EXPECT_EQ(last_event().sequence, 1U) << "a failed change is none";
  nvmlGpuInstanceDestroy(instance);
  EXPECT_EQ(last_event().sequence, 2U);
}

// ---- Faults ----

TEST_F(MigTest, AFaultHitsTheChosenCallOnly) {
  start("h100-80gb-sxm5");
  ASSERT_TRUE(set_faults(path(), "call=nvmlDeviceCreateGpuInstance occurrence=2 return=IN_USE"));
  EXPECT_NE(create(k1g), nullptr);
  EXPECT_EQ(create(k1g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_IN_USE);
  EXPECT_NE(create(k1g), nullptr);
}

TEST_F(MigTest, SuccessWithoutEffectLooksLikeSuccess) {
  start("h100-80gb-sxm5");
  nvmlGpuInstance_t instance = create(k3g);
  ASSERT_TRUE(set_faults(path(),
                         "call=nvmlGpuInstanceDestroy return=SUCCESS\n"
                         "call=nvmlDeviceCreateGpuInstance return=SUCCESS"));
  EXPECT_EQ(nvmlGpuInstanceDestroy(instance), NVML_SUCCESS);
  EXPECT_EQ(id_of(instance), 2U) << "it is still there";
  nvmlGpuInstance_t phantom = create(k3g);
  ASSERT_NE(phantom, nullptr);
  nvmlGpuInstanceInfo_t info{};
  EXPECT_EQ(nvmlGpuInstanceGetInfo(phantom, &info), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(MigTest, AFailureMayHaveHadItsEffect) {
  start("h100-80gb-sxm5");
  ASSERT_TRUE(set_faults(path(), "call=nvmlDeviceCreateGpuInstance return=TIMEOUT effect=done"));
  EXPECT_EQ(create(k3g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_TIMEOUT);
  nvmlGpuInstance_t found = nullptr;
  EXPECT_EQ(nvmlDeviceGetGpuInstanceById(gpu_, 2, &found), NVML_SUCCESS);
}

TEST_F(MigTest, ALostGpuAnswersNothingElse) {
  start("h100-80gb-sxm5");
  ASSERT_TRUE(set_lost(path(), 0, true));
  unsigned int current = 0;
  unsigned int pending = 0;
  EXPECT_EQ(nvmlDeviceGetMigMode(gpu_, &current, &pending), NVML_ERROR_GPU_IS_LOST);
  EXPECT_EQ(create(k3g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_GPU_IS_LOST);
}

TEST_F(MigTest, NothingWorksBeforeInit) {
  start("h100-80gb-sxm5");
  stop();
  EXPECT_EQ(create(k3g), nullptr);
  EXPECT_EQ(result_, NVML_ERROR_UNINITIALIZED);
  EXPECT_EQ(set_mode(1), NVML_ERROR_UNINITIALIZED);
}

}  // namespace
}  // namespace sectile::emulator
