#include <string>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class MemoryTest : public SurfaceTest {
 protected:
  static nvmlMemory_t memory(nvmlDevice_t device) {
    nvmlMemory_t memory{};
    EXPECT_EQ(nvmlDeviceGetMemoryInfo(device, &memory), NVML_SUCCESS);
    EXPECT_EQ(memory.free + memory.used, memory.total);
    return memory;
  }
};

TEST_F(MemoryTest, TotalsAreThoseOfTheGpuAndOfTheInstance) {
  EXPECT_EQ(memory(gpu(0)).total, 81559 * kMiB);
  EXPECT_EQ(memory(gpu(1)).total, 81559 * kMiB);
  EXPECT_EQ(memory(mig(0)).total,
            find_model("h100-80gb-sxm5").value()->find(ProfileId{9})->memory.value *
                static_cast<std::int64_t>(kMiB));
}

TEST_F(MemoryTest, ProcessesUseTheMemoryThatTheyTook) {
  EXPECT_EQ(memory(gpu(0)).used - memory(gpu(2)).used, 1000 * kMiB);
  EXPECT_EQ(memory(mig(0)).used, (500 + 4 * 12) * kMiB);
  EXPECT_EQ(memory(mig(1)).used, 12 * kMiB);
}

TEST_F(MemoryTest, MemoryOfTheDeadIsFree) {
  change_node([](Node& node) { node.processes.items[0].start_time = 1; });
  EXPECT_EQ(memory(gpu(0)).used, memory(gpu(2)).used);
}

TEST_F(MemoryTest, ProcessesCannotUseMoreThanThereIs) {
  change_node([](Node& node) { node.processes.items[0].memory = 10'000'000; });
  EXPECT_EQ(memory(gpu(0)).free, 0U);
}

TEST_F(MemoryTest, Version2KeepsReservedApartAndWantsItsTag) {
  nvmlMemory_v2_t memory_v2{};
  // nvtop passes 2 and falls back to version 1 on this answer.
  for (const unsigned int tag : {0U, 2U, nvmlMemory_v2 + 8}) {
    memory_v2.version = tag;
    EXPECT_EQ(nvmlDeviceGetMemoryInfo_v2(gpu(0), &memory_v2), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  }
  memory_v2.version = nvmlMemory_v2;
  ASSERT_EQ(nvmlDeviceGetMemoryInfo_v2(gpu(0), &memory_v2), NVML_SUCCESS);
  EXPECT_EQ(memory_v2.used, 1000 * kMiB);
  EXPECT_EQ(memory_v2.reserved + memory_v2.used, memory(gpu(0)).used);
  EXPECT_EQ(memory_v2.total, memory_v2.reserved + memory_v2.used + memory_v2.free);
  EXPECT_EQ(memory_v2.version, nvmlMemory_v2);
}

TEST_F(MemoryTest, TheSumOverAllTenantsIsForPrivilegedEyes) {
  nvmlMemory_t seen{};
  nvmlBAR1Memory_t bar1{};
  set_capability("none");
  EXPECT_EQ(nvmlDeviceGetMemoryInfo(gpu(1), &seen), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlDeviceGetBAR1MemoryInfo(gpu(1), &bar1), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlDeviceGetMemoryInfo(gpu(0), &seen), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetMemoryInfo(mig(0), &seen), NVML_SUCCESS);
  set_capability("monitor");
  EXPECT_EQ(nvmlDeviceGetMemoryInfo(gpu(1), &seen), NVML_SUCCESS);
}

TEST_F(MemoryTest, InstancesHaveTheirShareOfBar1) {
  nvmlBAR1Memory_t bar1{};
  ASSERT_EQ(nvmlDeviceGetBAR1MemoryInfo(gpu(0), &bar1), NVML_SUCCESS);
  EXPECT_EQ(bar1.bar1Total, 131072 * kMiB);
  EXPECT_EQ(bar1.bar1Free + bar1.bar1Used, bar1.bar1Total);
  ASSERT_EQ(nvmlDeviceGetBAR1MemoryInfo(mig(0), &bar1), NVML_SUCCESS);
  EXPECT_EQ(bar1.bar1Total, (131072 / 8 * 4 - 1) * kMiB);
}

TEST_F(MemoryTest, UnifiedMemoryIsNotTheGpusOwn) {
  change_node([](Node& node) { node.geometries.items[0].memory = 0; });
  nvmlMemory_t seen{};
  EXPECT_EQ(nvmlDeviceGetMemoryInfo(gpu(0), &seen), NVML_ERROR_NOT_SUPPORTED);
}

TEST_F(MemoryTest, EccIsOnAndHasSeenNoError) {
  nvmlEnableState_t current{};
  nvmlEnableState_t pending{};
  unsigned long long count = 9;
  EXPECT_EQ(nvmlDeviceGetEccMode(mig(0), &current, &pending), NVML_SUCCESS);
  EXPECT_EQ(current, NVML_FEATURE_ENABLED);
  EXPECT_EQ(nvmlDeviceGetTotalEccErrors(gpu(0), NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                                        NVML_AGGREGATE_ECC, &count),
            NVML_SUCCESS);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(
      nvmlDeviceGetTotalEccErrors(gpu(0), NVML_MEMORY_ERROR_TYPE_COUNT, NVML_VOLATILE_ECC, &count),
      NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetMemoryErrorCounter(gpu(0), NVML_MEMORY_ERROR_TYPE_CORRECTED,
                                            NVML_VOLATILE_ECC, NVML_MEMORY_LOCATION_COUNT, &count),
            NVML_ERROR_INVALID_ARGUMENT);
  nvmlEccSramErrorStatus_t status{};
  EXPECT_EQ(nvmlDeviceGetSramEccErrorStatus(gpu(0), &status), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  status.version = nvmlEccSramErrorStatus_v1;
  EXPECT_EQ(nvmlDeviceGetSramEccErrorStatus(gpu(0), &status), NVML_SUCCESS);
  EXPECT_EQ(status.version, nvmlEccSramErrorStatus_v1);
}

}  // namespace
}  // namespace sectile::emulator
