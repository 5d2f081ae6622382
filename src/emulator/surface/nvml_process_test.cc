#include <array>
#include <cstring>
#include <vector>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class ProcessTest : public SurfaceTest {
 protected:
  static std::vector<nvmlProcessInfo_t> computing(nvmlDevice_t device) {
    std::array<nvmlProcessInfo_t, 8> infos{};
    unsigned int count = infos.size();
    EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(device, &count, infos.data()), NVML_SUCCESS);
    return {infos.begin(), infos.begin() + count};
  }
};

TEST_F(ProcessTest, EntriesSayWhichInstanceTheyAreIn) {
  const auto pid = static_cast<unsigned int>(::getpid());
  ASSERT_EQ(computing(gpu(0)).size(), 1U);
  EXPECT_EQ(computing(gpu(0))[0].pid, pid);
  EXPECT_EQ(computing(gpu(0))[0].usedGpuMemory, 1000 * kMiB);
  EXPECT_EQ(computing(gpu(0))[0].gpuInstanceId, 0xFFFFFFFF);
  for (nvmlDevice_t device : {gpu(1), mig(0)}) {
    ASSERT_EQ(computing(device).size(), 1U);
    EXPECT_EQ(computing(device)[0].gpuInstanceId, 2U);
    EXPECT_EQ(computing(device)[0].computeInstanceId, 0U);
  }
  EXPECT_EQ(computing(mig(1)).size(), 0U);
  EXPECT_EQ(computing(gpu(2)).size(), 0U);
}

// go-nvml starts with room for one and doubles it while the answer is INSUFFICIENT_SIZE.
TEST_F(ProcessTest, TooLittleRoomIsToldWithTheNumberNeeded) {
  change_node([](Node& node) { node.processes.push(test_process(0, 1)); });
  std::array<nvmlProcessInfo_t, 2> infos{};
  for (const unsigned int room : {0U, 1U}) {
    unsigned int count = room;
    EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(gpu(0), &count, infos.data()),
              NVML_ERROR_INSUFFICIENT_SIZE);
    EXPECT_EQ(count, 2U);
    EXPECT_EQ(infos[0].pid, 0U);
  }
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(gpu(2), &count, nullptr), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(gpu(0), nullptr, infos.data()),
            NVML_ERROR_INVALID_ARGUMENT);
}

// nvitop chooses the layout by the symbols it finds; the unversioned one has 16-byte elements.
TEST_F(ProcessTest, EveryVersionWritesItsOwnLayout) {
  std::array<unsigned char, 40> bytes{};
  bytes.fill(0xAA);
  unsigned int count = 1;
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses(
                gpu(0), &count, reinterpret_cast<nvmlProcessInfo_v1_t*>(bytes.data())),
            NVML_SUCCESS);
  EXPECT_EQ(bytes[15], 0);
  EXPECT_EQ(bytes[16], 0xAA);
  count = 1;
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v2(
                gpu(0), &count, reinterpret_cast<nvmlProcessInfo_v2_t*>(bytes.data())),
            NVML_SUCCESS);
  EXPECT_EQ(bytes[16], 0xFF);
  EXPECT_EQ(bytes[24], 0xAA);
}

TEST_F(ProcessTest, GraphicsAndComputeAreListedApart) {
  change_node([](Node& node) { node.processes.items[0].graphics = 1; });
  std::array<nvmlProcessInfo_t, 2> infos{};
  nvmlProcessInfo_v1_t old{};
  unsigned int count = 2;
  EXPECT_EQ(nvmlDeviceGetGraphicsRunningProcesses_v3(gpu(0), &count, infos.data()), NVML_SUCCESS);
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(nvmlDeviceGetGraphicsRunningProcesses_v2(gpu(0), &count, infos.data()), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetGraphicsRunningProcesses(gpu(0), &count, &old), NVML_SUCCESS);
  EXPECT_EQ(old.usedGpuMemory, 1000 * kMiB);
  EXPECT_EQ(computing(gpu(0)).size(), 0U);
  count = 2;
  EXPECT_EQ(nvmlDeviceGetMPSComputeRunningProcesses_v3(gpu(0), &count, infos.data()), NVML_SUCCESS);
  EXPECT_EQ(count, 0U);
}

TEST_F(ProcessTest, DetailListsAreByMode) {
  std::array<nvmlProcessDetail_v1_t, 2> details{};
  nvmlProcessDetailList_t list{};
  EXPECT_EQ(nvmlDeviceGetRunningProcessDetailList(gpu(0), &list),
            NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  list.version = nvmlProcessDetailList_v1;
  struct Case {
    unsigned int mode;
    unsigned int count;
  };
  for (const Case& expected :
       {Case{NVML_PROCESS_MODE_COMPUTE, 1}, Case{NVML_PROCESS_MODE_GRAPHICS, 0},
        Case{NVML_PROCESS_MODE_MPS, 0}, Case{NVML_PROCESS_MODE_ALL, 1}}) {
    list.mode = expected.mode;
    list.numProcArrayEntries = details.size();
    list.procArray = details.data();
    EXPECT_EQ(nvmlDeviceGetRunningProcessDetailList(gpu(0), &list), NVML_SUCCESS);
    EXPECT_EQ(list.numProcArrayEntries, expected.count) << expected.mode;
  }
  EXPECT_EQ(details[0].usedGpuMemory, 1000 * kMiB);
  list.mode = NVML_PROCESS_MODE_ALL + 1;
  EXPECT_EQ(nvmlDeviceGetRunningProcessDetailList(gpu(0), &list), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(ProcessTest, OtherTenantsProcessesAreForPrivilegedEyes) {
  std::array<nvmlProcessInfo_t, 2> infos{};
  unsigned int count = 2;
  set_capability("none");
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(gpu(1), &count, infos.data()),
            NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(count, 2U);
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(mig(0), &count, infos.data()), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetComputeRunningProcesses_v3(gpu(0), &count, infos.data()), NVML_SUCCESS);
}

TEST_F(ProcessTest, UtilizationOfProcessesEndsWhereMigBegins) {
  std::array<nvmlProcessUtilizationSample_t, 2> samples{};
  unsigned int count = 2;
  EXPECT_EQ(nvmlDeviceGetProcessUtilization(gpu(0), samples.data(), &count, 0), NVML_SUCCESS);
  EXPECT_EQ(count, 1U);
  EXPECT_GT(samples[0].smUtil, 0U);
  EXPECT_GT(samples[0].timeStamp, 0U);
  for (nvmlDevice_t device : {gpu(1), mig(0)}) {
    EXPECT_EQ(nvmlDeviceGetProcessUtilization(device, samples.data(), &count, 0),
              NVML_ERROR_NOT_SUPPORTED);
  }
  std::array<nvmlProcessUtilizationInfo_v1_t, 2> infos{};
  nvmlProcessesUtilizationInfo_t info{.version = nvmlProcessesUtilizationInfo_v1,
                                      .processSamplesCount = 2,
                                      .lastSeenTimeStamp = 0,
                                      .procUtilArray = infos.data()};
  EXPECT_EQ(nvmlDeviceGetProcessesUtilizationInfo(gpu(0), &info), NVML_SUCCESS);
  EXPECT_EQ(info.processSamplesCount, 1U);
  EXPECT_EQ(nvmlDeviceGetProcessesUtilizationInfo(gpu(1), &info), NVML_ERROR_NOT_SUPPORTED);
}

TEST_F(ProcessTest, AccountingIsOff) {
  nvmlEnableState_t mode{};
  unsigned int count = 0;
  nvmlAccountingStats_t stats{};
  EXPECT_EQ(nvmlDeviceGetAccountingMode(gpu(0), &mode), NVML_SUCCESS);
  EXPECT_EQ(mode, NVML_FEATURE_DISABLED);
  EXPECT_EQ(nvmlDeviceGetAccountingPids(gpu(0), &count, nullptr), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetAccountingStats(gpu(0), 1, &stats), NVML_ERROR_NOT_FOUND);
}

TEST_F(ProcessTest, NamesOfProcessesAreCutToTheBuffer) {
  const auto pid = static_cast<unsigned int>(::getpid());
  char name[4096];
  ASSERT_EQ(nvmlSystemGetProcessName(pid, name, sizeof name), NVML_SUCCESS);
  EXPECT_NE(std::strstr(name, "emulator_surface_test"), nullptr);
  EXPECT_EQ(nvmlSystemGetProcessName(pid, name, 4), NVML_SUCCESS);
  EXPECT_EQ(std::strlen(name), 3U);
  EXPECT_EQ(nvmlSystemGetProcessName(0x7FFFFFFF, name, 4), NVML_ERROR_NOT_FOUND);
  EXPECT_EQ(nvmlSystemGetProcessName(pid, name, 0), NVML_ERROR_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace sectile::emulator
