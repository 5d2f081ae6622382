// Readings: utilisation, clocks, power, temperature, fans, PCIe, encoders.
#pragma once

#include "sectile/nvml_abi/base.h"
#include "sectile/nvml_abi/field.h"

inline constexpr unsigned int NVML_MAX_THERMAL_SENSORS_PER_GPU = 3;

inline constexpr unsigned long long nvmlClocksEventReasonGpuIdle = 0x1;
inline constexpr unsigned long long nvmlClocksEventReasonApplicationsClocksSetting = 0x2;
inline constexpr unsigned long long nvmlClocksEventReasonSwPowerCap = 0x4;
inline constexpr unsigned long long nvmlClocksThrottleReasonHwSlowdown = 0x8;
inline constexpr unsigned long long nvmlClocksEventReasonSyncBoost = 0x10;
inline constexpr unsigned long long nvmlClocksEventReasonSwThermalSlowdown = 0x20;
inline constexpr unsigned long long nvmlClocksThrottleReasonHwThermalSlowdown = 0x40;
inline constexpr unsigned long long nvmlClocksThrottleReasonHwPowerBrakeSlowdown = 0x80;
inline constexpr unsigned long long nvmlClocksEventReasonDisplayClockSetting = 0x100;
inline constexpr unsigned long long nvmlClocksEventReasonNone = 0x0;
inline constexpr unsigned long long nvmlClocksEventReasonAll = 0x7FF;

using nvmlPowerSource_t = unsigned int;
inline constexpr nvmlPowerSource_t NVML_POWER_SOURCE_AC = 0;

extern "C" {

// Percent.
struct nvmlUtilization_t {
  unsigned int gpu;
  unsigned int memory;
};

enum nvmlClockType_t : unsigned int {
  NVML_CLOCK_GRAPHICS = 0,
  NVML_CLOCK_SM = 1,
  NVML_CLOCK_MEM = 2,
  NVML_CLOCK_VIDEO = 3,
  NVML_CLOCK_COUNT = 4,
};

enum nvmlClockId_t : unsigned int {
  NVML_CLOCK_ID_CURRENT = 0,
  NVML_CLOCK_ID_APP_CLOCK_TARGET = 1,
  NVML_CLOCK_ID_APP_CLOCK_DEFAULT = 2,
  NVML_CLOCK_ID_CUSTOMER_BOOST_MAX = 3,
  NVML_CLOCK_ID_COUNT = 4,
};

enum nvmlPstates_t : unsigned int {
  NVML_PSTATE_0 = 0,
  NVML_PSTATE_15 = 15,
  NVML_PSTATE_UNKNOWN = 32,
};

enum nvmlTemperatureSensors_t : unsigned int {
  NVML_TEMPERATURE_GPU = 0,
  NVML_TEMPERATURE_GPU_MAX = 1,
  NVML_TEMPERATURE_COUNT = 2,
};

enum nvmlTemperatureThresholds_t : unsigned int {
  NVML_TEMPERATURE_THRESHOLD_SHUTDOWN = 0,
  NVML_TEMPERATURE_THRESHOLD_SLOWDOWN = 1,
  NVML_TEMPERATURE_THRESHOLD_MEM_MAX = 2,
  NVML_TEMPERATURE_THRESHOLD_GPU_MAX = 3,
  NVML_TEMPERATURE_THRESHOLD_ACOUSTIC_MIN = 4,
  NVML_TEMPERATURE_THRESHOLD_ACOUSTIC_CURR = 5,
  NVML_TEMPERATURE_THRESHOLD_ACOUSTIC_MAX = 6,
  NVML_TEMPERATURE_THRESHOLD_GPS_CURR = 7,
  NVML_TEMPERATURE_THRESHOLD_COUNT = 8,
};

struct nvmlTemperature_v1_t {
  unsigned int version;
  nvmlTemperatureSensors_t sensorType;
  int temperature;
};
using nvmlTemperature_t = nvmlTemperature_v1_t;

struct nvmlMarginTemperature_v1_t {
  unsigned int version;
  int marginTemperature;
};
using nvmlMarginTemperature_t = nvmlMarginTemperature_v1_t;

enum nvmlThermalTarget_t : int {
  NVML_THERMAL_TARGET_NONE = 0,
  NVML_THERMAL_TARGET_GPU = 1,
  NVML_THERMAL_TARGET_MEMORY = 2,
  NVML_THERMAL_TARGET_ALL = 15,
  NVML_THERMAL_TARGET_UNKNOWN = -1,
};

enum nvmlThermalController_t : int {
  NVML_THERMAL_CONTROLLER_NONE = 0,
  NVML_THERMAL_CONTROLLER_GPU_INTERNAL = 1,
  NVML_THERMAL_CONTROLLER_UNKNOWN = -1,
};

struct nvmlGpuThermalSettings_t {
  unsigned int count;
  struct {
    nvmlThermalController_t controller;
    int defaultMinTemp;
    int defaultMaxTemp;
    int currentTemp;
    nvmlThermalTarget_t target;
  } sensor[NVML_MAX_THERMAL_SENSORS_PER_GPU];
};

enum nvmlPcieUtilCounter_t : unsigned int {
  NVML_PCIE_UTIL_TX_BYTES = 0,
  NVML_PCIE_UTIL_RX_BYTES = 1,
  NVML_PCIE_UTIL_COUNT = 2,
};

enum nvmlEncoderType_t : unsigned int {
  NVML_ENCODER_QUERY_H264 = 0,
  NVML_ENCODER_QUERY_HEVC = 1,
  NVML_ENCODER_QUERY_AV1 = 2,
  NVML_ENCODER_QUERY_UNKNOWN = 0xFF,
};

struct nvmlEncoderSessionInfo_t {
  unsigned int sessionId;
  unsigned int pid;
  unsigned int vgpuInstance;
  nvmlEncoderType_t codecType;
  unsigned int hResolution;
  unsigned int vResolution;
  unsigned int averageFps;
  unsigned int averageLatency;
};

struct nvmlFBCStats_t {
  unsigned int sessionsCount;
  unsigned int averageFPS;
  unsigned int averageLatency;
};

enum nvmlSamplingType_t : unsigned int {
  NVML_TOTAL_POWER_SAMPLES = 0,
  NVML_GPU_UTILIZATION_SAMPLES = 1,
  NVML_MEMORY_UTILIZATION_SAMPLES = 2,
  NVML_ENC_UTILIZATION_SAMPLES = 3,
  NVML_DEC_UTILIZATION_SAMPLES = 4,
  NVML_PROCESSOR_CLK_SAMPLES = 5,
  NVML_MEMORY_CLK_SAMPLES = 6,
  NVML_MODULE_POWER_SAMPLES = 7,
  NVML_JPG_UTILIZATION_SAMPLES = 8,
  NVML_OFA_UTILIZATION_SAMPLES = 9,
  NVML_SAMPLINGTYPE_COUNT = 10,
};

struct nvmlSample_t {
  unsigned long long timeStamp;
  nvmlValue_t sampleValue;
};

enum nvmlPerfPolicyType_t : unsigned int {
  NVML_PERF_POLICY_POWER = 0,
  NVML_PERF_POLICY_THERMAL = 1,
  NVML_PERF_POLICY_SYNC_BOOST = 2,
  NVML_PERF_POLICY_BOARD_LIMIT = 3,
  NVML_PERF_POLICY_LOW_UTILIZATION = 4,
  NVML_PERF_POLICY_RELIABILITY = 5,
  NVML_PERF_POLICY_TOTAL_APP_CLOCKS = 10,
  NVML_PERF_POLICY_TOTAL_BASE_CLOCKS = 11,
  NVML_PERF_POLICY_COUNT = 12,
};

struct nvmlViolationTime_t {
  unsigned long long referenceTime;
  unsigned long long violationTime;
};

SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t* utilization) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetEncoderUtilization(nvmlDevice_t device,
                                                              unsigned int* percent,
                                                              unsigned int* period_us) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDecoderUtilization(nvmlDevice_t device,
                                                              unsigned int* percent,
                                                              unsigned int* period_us) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetJpgUtilization(nvmlDevice_t device,
                                                          unsigned int* percent,
                                                          unsigned int* period_us) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetOfaUtilization(nvmlDevice_t device,
                                                          unsigned int* percent,
                                                          unsigned int* period_us) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetEncoderCapacity(nvmlDevice_t device,
                                                           nvmlEncoderType_t type,
                                                           unsigned int* percent) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetEncoderStats(nvmlDevice_t device, unsigned int* sessions,
                                                        unsigned int* average_fps,
                                                        unsigned int* average_latency_us) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetEncoderSessions(
    nvmlDevice_t device, unsigned int* count, nvmlEncoderSessionInfo_t* sessions) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetFBCStats(nvmlDevice_t device,
                                                    nvmlFBCStats_t* stats) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetSamples(nvmlDevice_t device, nvmlSamplingType_t type,
                                                   unsigned long long last_seen,
                                                   nvmlValueType_t* value_type, unsigned int* count,
                                                   nvmlSample_t* samples) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetViolationStatus(nvmlDevice_t device,
                                                           nvmlPerfPolicyType_t policy,
                                                           nvmlViolationTime_t* time) noexcept;

// Clocks are MHz.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type,
                                                     unsigned int* clock) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, nvmlClockType_t type,
                                                        unsigned int* clock) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetClock(nvmlDevice_t device, nvmlClockType_t type,
                                                 nvmlClockId_t id, unsigned int* clock) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMaxCustomerBoostClock(nvmlDevice_t device,
                                                                 nvmlClockType_t type,
                                                                 unsigned int* clock) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetApplicationsClock(nvmlDevice_t device,
                                                             nvmlClockType_t type,
                                                             unsigned int* clock) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDefaultApplicationsClock(nvmlDevice_t device,
                                                                    nvmlClockType_t type,
                                                                    unsigned int* clock) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetSupportedMemoryClocks(nvmlDevice_t device,
                                                                 unsigned int* count,
                                                                 unsigned int* clocks) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetSupportedGraphicsClocks(nvmlDevice_t device,
                                                                   unsigned int memory_clock,
                                                                   unsigned int* count,
                                                                   unsigned int* clocks) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMinMaxClockOfPState(nvmlDevice_t device,
                                                               nvmlClockType_t type,
                                                               nvmlPstates_t state,
                                                               unsigned int* min_clock,
                                                               unsigned int* max_clock) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, unsigned long long* reasons) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(
    nvmlDevice_t device, unsigned long long* reasons) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetSupportedClocksEventReasons(nvmlDevice_t device, unsigned long long* reasons) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetSupportedClocksThrottleReasons(
    nvmlDevice_t device, unsigned long long* reasons) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPerformanceState(nvmlDevice_t device,
                                                            nvmlPstates_t* state) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPowerState(nvmlDevice_t device,
                                                      nvmlPstates_t* state) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetSupportedPerformanceStates(nvmlDevice_t device,
                                                                      nvmlPstates_t* states,
                                                                      unsigned int size) noexcept;

// Power is milliwatts, energy millijoules.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device,
                                                      unsigned int* power) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPowerManagementMode(nvmlDevice_t device,
                                                               nvmlEnableState_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t device,
                                                                unsigned int* limit) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(
    nvmlDevice_t device, unsigned int* min_limit, unsigned int* max_limit) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetPowerManagementDefaultLimit(nvmlDevice_t device, unsigned int* limit) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device,
                                                              unsigned int* limit) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long* energy) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPowerSource(nvmlDevice_t device,
                                                       nvmlPowerSource_t* source) noexcept;

// Temperatures are degrees Celsius.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device,
                                                       nvmlTemperatureSensors_t sensor,
                                                       unsigned int* temperature) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device,
                                                        nvmlTemperature_t* temperature) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetTemperatureThreshold(nvmlDevice_t device,
                                                                nvmlTemperatureThresholds_t type,
                                                                unsigned int* temperature) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetMarginTemperature(nvmlDevice_t device, nvmlMarginTemperature_t* margin) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetThermalSettings(
    nvmlDevice_t device, unsigned int sensor, nvmlGpuThermalSettings_t* settings) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNumFans(nvmlDevice_t device,
                                                   unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetFanSpeed(nvmlDevice_t device,
                                                    unsigned int* percent) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t device, unsigned int fan,
                                                       unsigned int* percent) noexcept;

// PCIe throughput is KiB per second.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMaxPcieLinkGeneration(nvmlDevice_t device,
                                                                 unsigned int* generation) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetGpuMaxPcieLinkGeneration(nvmlDevice_t device, unsigned int* generation) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMaxPcieLinkWidth(nvmlDevice_t device,
                                                            unsigned int* width) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetCurrPcieLinkGeneration(nvmlDevice_t device, unsigned int* generation) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetCurrPcieLinkWidth(nvmlDevice_t device,
                                                             unsigned int* width) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t device,
                                                          nvmlPcieUtilCounter_t counter,
                                                          unsigned int* throughput) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPcieReplayCounter(nvmlDevice_t device,
                                                             unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPcieLinkMaxSpeed(nvmlDevice_t device,
                                                            unsigned int* speed) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPcieSpeed(nvmlDevice_t device,
                                                     unsigned int* speed) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlTemperature_v1 = nvmlStructVersion<nvmlTemperature_v1_t>(1);
inline constexpr unsigned int nvmlMarginTemperature_v1 =
    nvmlStructVersion<nvmlMarginTemperature_v1_t>(1);
