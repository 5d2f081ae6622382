#include <array>
#include <functional>
#include <string>
#include <vector>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class TelemetryTest : public SurfaceTest {
 protected:
  using Call = nvmlReturn_t (*)(nvmlDevice_t, unsigned int*);

  static unsigned int read(Call call, nvmlDevice_t device) {
    unsigned int value = 0;
    EXPECT_EQ(call(device, &value), NVML_SUCCESS);
    return value;
  }

  static unsigned int temperature(nvmlDevice_t device) {
    unsigned int value = 0;
    EXPECT_EQ(nvmlDeviceGetTemperature(device, NVML_TEMPERATURE_GPU, &value), NVML_SUCCESS);
    return value;
  }

  static unsigned int clock(nvmlDevice_t device, nvmlClockType_t type) {
    unsigned int value = 0;
    EXPECT_EQ(nvmlDeviceGetClockInfo(device, type, &value), NVML_SUCCESS);
    return value;
  }
};

TEST_F(TelemetryTest, ReadingsRiseWhenSomethingRunsAndRepeatOtherwise) {
  const unsigned int power = read(nvmlDeviceGetPowerUsage, gpu(2));
  const unsigned int cool = temperature(gpu(2));
  EXPECT_EQ(read(nvmlDeviceGetPowerUsage, gpu(2)), power);
  EXPECT_EQ(clock(gpu(2), NVML_CLOCK_SM), 210U);
  change_node([](Node& node) { node.processes.push(test_process(2, 1)); });
  EXPECT_GT(read(nvmlDeviceGetPowerUsage, gpu(2)), power);
  EXPECT_GT(temperature(gpu(2)), cool);
  EXPECT_EQ(clock(gpu(2), NVML_CLOCK_SM), 1980U);
}

TEST_F(TelemetryTest, ReadingsStayWithinWhatTheBoardCan) {
  change_node([](Node& node) {
    while (node.processes.count < 60) {
      node.processes.push(test_process(2, 1));
    }
  });
  unsigned int least = 0;
  unsigned int most = 0;
  ASSERT_EQ(nvmlDeviceGetPowerManagementLimitConstraints(gpu(2), &least, &most), NVML_SUCCESS);
  EXPECT_LT(least, most);
  EXPECT_EQ(read(nvmlDeviceGetEnforcedPowerLimit, gpu(2)), most);
  EXPECT_LE(read(nvmlDeviceGetPowerUsage, gpu(2)), most);
  EXPECT_LT(temperature(gpu(2)), 85U);
  nvmlUtilization_t utilization{};
  ASSERT_EQ(nvmlDeviceGetUtilizationRates(gpu(2), &utilization), NVML_SUCCESS);
  EXPECT_EQ(utilization.gpu, 100U);
}

// What nvidia-smi shows as N/A.
TEST_F(TelemetryTest, NobodyMeasuresUtilizationInMigMode) {
  nvmlUtilization_t utilization{};
  unsigned int percent = 0;
  unsigned int period = 0;
  EXPECT_EQ(nvmlDeviceGetUtilizationRates(gpu(0), &utilization), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetEncoderUtilization(gpu(0), &percent, &period), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetDecoderUtilization(gpu(0), &percent, &period), NVML_SUCCESS);
  for (nvmlDevice_t device : {gpu(1), mig(0)}) {
    EXPECT_EQ(nvmlDeviceGetUtilizationRates(device, &utilization), NVML_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(nvmlDeviceGetEncoderUtilization(device, &percent, &period), NVML_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(nvmlDeviceGetDecoderUtilization(device, &percent, &period), NVML_ERROR_NOT_SUPPORTED);
  }
}

TEST_F(TelemetryTest, OnlyWholeGpusHaveTemperaturePowerAndClocks) {
  unsigned int value = 0;
  EXPECT_EQ(nvmlDeviceGetTemperature(gpu(1), NVML_TEMPERATURE_GPU, &value), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetPowerUsage(gpu(1), &value), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetTemperature(mig(0), NVML_TEMPERATURE_GPU, &value),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetPowerUsage(mig(0), &value), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetClockInfo(mig(0), NVML_CLOCK_SM, &value), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetFanSpeed(gpu(0), &value), NVML_ERROR_NOT_SUPPORTED);
}

TEST_F(TelemetryTest, EnumeratorsOutOfRangeAreInvalid) {
  unsigned int value = 0;
  const nvmlClockType_t type = NVML_CLOCK_COUNT;
  EXPECT_EQ(nvmlDeviceGetClockInfo(gpu(0), type, &value), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetMaxClockInfo(gpu(0), type, &value), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetClock(gpu(0), NVML_CLOCK_SM, NVML_CLOCK_ID_COUNT, &value),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetTemperature(gpu(0), NVML_TEMPERATURE_COUNT, &value),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetTemperatureThreshold(gpu(0), NVML_TEMPERATURE_THRESHOLD_COUNT, &value),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(
      nvmlDeviceGetTemperatureThreshold(gpu(0), NVML_TEMPERATURE_THRESHOLD_ACOUSTIC_MIN, &value),
      NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetPcieThroughput(gpu(0), NVML_PCIE_UTIL_COUNT, &value),
            NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(TelemetryTest, ThresholdsLieAboveEachOther) {
  const auto threshold = [&](nvmlTemperatureThresholds_t type) {
    unsigned int value = 0;
    EXPECT_EQ(nvmlDeviceGetTemperatureThreshold(gpu(0), type, &value), NVML_SUCCESS);
    return value;
  };
  EXPECT_LT(threshold(NVML_TEMPERATURE_THRESHOLD_GPU_MAX),
            threshold(NVML_TEMPERATURE_THRESHOLD_SLOWDOWN));
  EXPECT_LT(threshold(NVML_TEMPERATURE_THRESHOLD_SLOWDOWN),
            threshold(NVML_TEMPERATURE_THRESHOLD_SHUTDOWN));
  EXPECT_GT(threshold(NVML_TEMPERATURE_THRESHOLD_MEM_MAX), 0U);
}

TEST_F(TelemetryTest, SupportedClocksGoDownToIdle) {
  std::array<unsigned int, 200> clocks{};
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetSupportedMemoryClocks(gpu(0), &count, nullptr),
            NVML_ERROR_INSUFFICIENT_SIZE);
  ASSERT_EQ(count, 1U);
  ASSERT_EQ(nvmlDeviceGetSupportedMemoryClocks(gpu(0), &count, clocks.data()), NVML_SUCCESS);
  const unsigned int memory_clock = clocks[0];
  count = clocks.size();
  ASSERT_EQ(nvmlDeviceGetSupportedGraphicsClocks(gpu(0), memory_clock, &count, clocks.data()),
            NVML_SUCCESS);
  EXPECT_EQ(clocks[0], 1980U);
  EXPECT_EQ(clocks.at(count - 1), 210U);
  EXPECT_EQ(nvmlDeviceGetSupportedGraphicsClocks(gpu(0), 1, &count, clocks.data()),
            NVML_ERROR_NOT_FOUND);
}

TEST_F(TelemetryTest, VersionedReadingsWantTheirTags) {
  nvmlTemperature_t degrees{};
  EXPECT_EQ(nvmlDeviceGetTemperatureV(gpu(0), &degrees), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  degrees.version = nvmlTemperature_v1;
  EXPECT_EQ(nvmlDeviceGetTemperatureV(gpu(0), &degrees), NVML_SUCCESS);
  EXPECT_EQ(degrees.temperature, static_cast<int>(temperature(gpu(0))));
  nvmlMarginTemperature_t margin{};
  EXPECT_EQ(nvmlDeviceGetMarginTemperature(gpu(0), &margin), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  margin.version = nvmlMarginTemperature_v1;
  EXPECT_EQ(nvmlDeviceGetMarginTemperature(gpu(0), &margin), NVML_SUCCESS);
  EXPECT_EQ(margin.marginTemperature, 85 - degrees.temperature);
}

TEST_F(TelemetryTest, PcieIsTheBoards) {
  EXPECT_EQ(read(nvmlDeviceGetMaxPcieLinkGeneration, gpu(0)), 5U);
  EXPECT_EQ(read(nvmlDeviceGetCurrPcieLinkGeneration, gpu(0)), 5U);
  EXPECT_EQ(read(nvmlDeviceGetMaxPcieLinkWidth, gpu(0)), 16U);
  EXPECT_EQ(read(nvmlDeviceGetCurrPcieLinkWidth, gpu(0)), 16U);
  EXPECT_EQ(read(nvmlDeviceGetPcieSpeed, gpu(0)), 32000U);
}

TEST_F(TelemetryTest, PerformanceStatesFillTheirArrayInBytes) {
  std::array<nvmlPstates_t, 4> states{};
  EXPECT_EQ(nvmlDeviceGetSupportedPerformanceStates(gpu(0), states.data(), 3),
            NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(nvmlDeviceGetSupportedPerformanceStates(gpu(0), states.data(), 12), NVML_SUCCESS);
  EXPECT_EQ(states,
            (std::array{NVML_PSTATE_0, NVML_PSTATE_UNKNOWN, NVML_PSTATE_UNKNOWN, NVML_PSTATE_0}));
}

TEST_F(TelemetryTest, SamplesAreOfNow) {
  std::array<nvmlSample_t, 2> samples{};
  nvmlValueType_t type{};
  unsigned int count = 2;
  ASSERT_EQ(
      nvmlDeviceGetSamples(gpu(0), NVML_TOTAL_POWER_SAMPLES, 0, &type, &count, samples.data()),
      NVML_SUCCESS);
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(type, NVML_VALUE_TYPE_UNSIGNED_INT);
  EXPECT_EQ(samples[0].sampleValue.uiVal, read(nvmlDeviceGetPowerUsage, gpu(0)));
  EXPECT_EQ(
      nvmlDeviceGetSamples(gpu(0), NVML_MODULE_POWER_SAMPLES, 0, &type, &count, samples.data()),
      NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(
      nvmlDeviceGetSamples(gpu(1), NVML_TOTAL_POWER_SAMPLES, 0, &type, &count, samples.data()),
      NVML_ERROR_NOT_SUPPORTED);
}

TEST_F(TelemetryTest, WhatRunsIsTheReasonForClocks) {
  unsigned long long reasons = 9;
  EXPECT_EQ(nvmlDeviceGetCurrentClocksEventReasons(gpu(0), &reasons), NVML_SUCCESS);
  EXPECT_EQ(reasons, nvmlClocksEventReasonNone);
  EXPECT_EQ(nvmlDeviceGetCurrentClocksThrottleReasons(gpu(2), &reasons), NVML_SUCCESS);
  EXPECT_EQ(reasons, nvmlClocksEventReasonGpuIdle);
}

// One row for each call with one thing to give.
TEST_F(TelemetryTest, NothingIsWrittenToNowhere) {
  struct Case {
    const char* call;
    std::function<nvmlReturn_t(nvmlDevice_t)> with_null;
  };
#define SECTILE_CASE(call)                                           \
  Case {                                                             \
    #call, [](nvmlDevice_t device) { return call(device, nullptr); } \
  }
  const std::vector<Case> cases = {
      SECTILE_CASE(nvmlDeviceGetIndex),
      SECTILE_CASE(nvmlDeviceGetMinorNumber),
      SECTILE_CASE(nvmlDeviceGetBrand),
      SECTILE_CASE(nvmlDeviceGetArchitecture),
      SECTILE_CASE(nvmlDeviceGetModuleId),
      SECTILE_CASE(nvmlDeviceGetPdi),
      SECTILE_CASE(nvmlDeviceGetBoardId),
      SECTILE_CASE(nvmlDeviceGetMultiGpuBoard),
      SECTILE_CASE(nvmlDeviceGetNumGpuCores),
      SECTILE_CASE(nvmlDeviceGetMemoryBusWidth),
      SECTILE_CASE(nvmlDeviceGetIrqNum),
      SECTILE_CASE(nvmlDeviceGetBusType),
      SECTILE_CASE(nvmlDeviceGetGspFirmwareVersion),
      SECTILE_CASE(nvmlDeviceGetPciInfo),
      SECTILE_CASE(nvmlDeviceGetPciInfo_v2),
      SECTILE_CASE(nvmlDeviceGetPciInfo_v3),
      SECTILE_CASE(nvmlDeviceGetPciInfoExt),
      SECTILE_CASE(nvmlDeviceGetMemoryInfo),
      SECTILE_CASE(nvmlDeviceGetMemoryInfo_v2),
      SECTILE_CASE(nvmlDeviceGetBAR1MemoryInfo),
      SECTILE_CASE(nvmlDeviceGetConfComputeMemSizeInfo),
      SECTILE_CASE(nvmlDeviceGetConfComputeProtectedMemoryUsage),
      SECTILE_CASE(nvmlDeviceGetDefaultEccMode),
      SECTILE_CASE(nvmlDeviceGetSramEccErrorStatus),
      SECTILE_CASE(nvmlDeviceGetRowRemapperHistogram),
      SECTILE_CASE(nvmlDeviceGetRunningProcessDetailList),
      SECTILE_CASE(nvmlDeviceGetProcessesUtilizationInfo),
      SECTILE_CASE(nvmlDeviceGetAccountingMode),
      SECTILE_CASE(nvmlDeviceGetAccountingBufferSize),
      SECTILE_CASE(nvmlDeviceGetSupportedEventTypes),
      SECTILE_CASE(nvmlDeviceGetPersistenceMode),
      SECTILE_CASE(nvmlDeviceGetComputeMode),
      SECTILE_CASE(nvmlDeviceGetVirtualizationMode),
      SECTILE_CASE(nvmlDeviceGetDisplayMode),
      SECTILE_CASE(nvmlDeviceGetDisplayActive),
      SECTILE_CASE(nvmlDeviceGetAddressingMode),
      SECTILE_CASE(nvmlDeviceGetC2cModeInfoV),
      SECTILE_CASE(nvmlDeviceGetGpuFabricInfo),
      SECTILE_CASE(nvmlDeviceGetGpuFabricInfoV),
      SECTILE_CASE(nvmlDeviceGetUtilizationRates),
      SECTILE_CASE(nvmlDeviceGetFBCStats),
      SECTILE_CASE(nvmlDeviceGetCurrentClocksEventReasons),
      SECTILE_CASE(nvmlDeviceGetSupportedClocksEventReasons),
      SECTILE_CASE(nvmlDeviceGetPerformanceState),
      SECTILE_CASE(nvmlDeviceGetPowerState),
      SECTILE_CASE(nvmlDeviceGetPowerUsage),
      SECTILE_CASE(nvmlDeviceGetPowerManagementMode),
      SECTILE_CASE(nvmlDeviceGetPowerManagementLimit),
      SECTILE_CASE(nvmlDeviceGetPowerManagementDefaultLimit),
      SECTILE_CASE(nvmlDeviceGetEnforcedPowerLimit),
      SECTILE_CASE(nvmlDeviceGetTotalEnergyConsumption),
      SECTILE_CASE(nvmlDeviceGetPowerSource),
      SECTILE_CASE(nvmlDeviceGetTemperatureV),
      SECTILE_CASE(nvmlDeviceGetMarginTemperature),
      SECTILE_CASE(nvmlDeviceGetNumFans),
      SECTILE_CASE(nvmlDeviceGetMaxPcieLinkGeneration),
      SECTILE_CASE(nvmlDeviceGetGpuMaxPcieLinkGeneration),
      SECTILE_CASE(nvmlDeviceGetMaxPcieLinkWidth),
      SECTILE_CASE(nvmlDeviceGetCurrPcieLinkGeneration),
      SECTILE_CASE(nvmlDeviceGetCurrPcieLinkWidth),
      SECTILE_CASE(nvmlDeviceGetPcieReplayCounter),
      SECTILE_CASE(nvmlDeviceGetPcieLinkMaxSpeed),
      SECTILE_CASE(nvmlDeviceGetPcieSpeed),
  };
#undef SECTILE_CASE
  for (const Case& row : cases) {
    EXPECT_EQ(row.with_null(gpu(0)), NVML_ERROR_INVALID_ARGUMENT) << row.call;
    EXPECT_EQ(row.with_null(nullptr), NVML_ERROR_INVALID_ARGUMENT) << row.call;
  }
  const nvmlDevice_t first = gpu(0);
  nvmlShutdown();
  for (const Case& row : cases) {
    EXPECT_EQ(row.with_null(first), NVML_ERROR_UNINITIALIZED) << row.call;
  }
}

}  // namespace
}  // namespace sectile::emulator
