// Exported calls that read how busy, how fast, how hot a GPU is.
#include <array>
#include <cstdint>

#include "sectile/nvml_abi/telemetry.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/board.h"
#include "src/emulator/surface/clock.h"
#include "src/emulator/surface/subject.h"
#include "src/emulator/surface/telemetry.h"

namespace sectile::emulator {
namespace {

// Engines that the emulator gives nothing to do; sampled six times a second as real ones are.
nvmlReturn_t give_idle_engine(unsigned int* percent, unsigned int* period_us) {
  if (percent == nullptr || period_us == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  *percent = 0;
  *period_us = 167'000;
  return NVML_SUCCESS;
}

struct SampleValue {
  nvmlSamplingType_t type;
  unsigned int value;
};

nvmlSample_t sample_of(unsigned int value) {
  nvmlSample_t sample = {.timeStamp = now_us(), .sampleValue = {}};
  sample.sampleValue.uiVal = value;
  return sample;
}

// One sample, of now.
nvmlReturn_t give_sample(const Subject& subject, nvmlSamplingType_t type,
                         nvmlValueType_t* value_type, unsigned int* count, nvmlSample_t* samples) {
  if (value_type == nullptr || type >= NVML_SAMPLINGTYPE_COUNT) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const Readings readings = read_telemetry(subject);
  const std::array values = {
      SampleValue{NVML_TOTAL_POWER_SAMPLES, readings.power_mw},
      SampleValue{NVML_GPU_UTILIZATION_SAMPLES, readings.load_percent},
      SampleValue{NVML_MEMORY_UTILIZATION_SAMPLES, readings.memory_percent},
      SampleValue{NVML_ENC_UTILIZATION_SAMPLES, 0},
      SampleValue{NVML_DEC_UTILIZATION_SAMPLES, 0},
      SampleValue{NVML_PROCESSOR_CLK_SAMPLES, readings.sm_clock_mhz},
      SampleValue{NVML_MEMORY_CLK_SAMPLES, board_of(subject.geometry).memory_clock_mhz}};
  for (const SampleValue& found : values) {
    if (found.type == type) {
      *value_type = NVML_VALUE_TYPE_UNSIGNED_INT;
      return give_all(std::array{found.value}, count, samples, sample_of);
    }
  }
  return NVML_ERROR_NOT_SUPPORTED;
}

// Degrees Celsius at which the GPU acts; there are no fans to be acoustic about.
nvmlReturn_t give_threshold(nvmlTemperatureThresholds_t type, unsigned int* temperature) {
  switch (type) {
    case NVML_TEMPERATURE_THRESHOLD_SHUTDOWN:
      return give(temperature, kShutdownTemperature);
    case NVML_TEMPERATURE_THRESHOLD_SLOWDOWN:
      return give(temperature, kSlowdownTemperature);
    case NVML_TEMPERATURE_THRESHOLD_MEM_MAX:
      return give(temperature, kMaxMemoryTemperature);
    case NVML_TEMPERATURE_THRESHOLD_GPU_MAX:
      return give(temperature, kMaxTemperature);
    default:
      return type < NVML_TEMPERATURE_THRESHOLD_COUNT ? NVML_ERROR_NOT_SUPPORTED
                                                     : NVML_ERROR_INVALID_ARGUMENT;
  }
}

nvmlReturn_t give_temperature(const Subject& subject, nvmlTemperature_t* temperature) {
  if (temperature == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (temperature->version != nvmlTemperature_v1) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  if (temperature->sensorType != NVML_TEMPERATURE_GPU) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  temperature->temperature = static_cast<int>(read_telemetry(subject).temperature);
  return NVML_SUCCESS;
}

nvmlReturn_t give_thermal_settings(const Subject& subject, nvmlGpuThermalSettings_t* settings) {
  if (settings == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  *settings = {};
  settings->count = 1;
  settings->sensor[0] = {.controller = NVML_THERMAL_CONTROLLER_GPU_INTERNAL,
                         .defaultMinTemp = -256,
                         .defaultMaxTemp = 255,
                         .currentTemp = static_cast<int>(read_telemetry(subject).temperature),
                         .target = NVML_THERMAL_TARGET_GPU};
  return NVML_SUCCESS;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device,
                                           nvmlUtilization_t* utilization) noexcept {
  return on_gpu_without_mig(__func__, device, [&](const Subject& it) {
    const Readings readings = read_telemetry(it);
    return give(utilization,
                nvmlUtilization_t{.gpu = readings.load_percent, .memory = readings.memory_percent});
  });
}

nvmlReturn_t nvmlDeviceGetEncoderUtilization(nvmlDevice_t device, unsigned int* percent,
                                             unsigned int* period_us) noexcept {
  return on_gpu_without_mig(__func__, device,
                            [&](const Subject&) { return give_idle_engine(percent, period_us); });
}

nvmlReturn_t nvmlDeviceGetDecoderUtilization(nvmlDevice_t device, unsigned int* percent,
                                             unsigned int* period_us) noexcept {
  return on_gpu_without_mig(__func__, device,
                            [&](const Subject&) { return give_idle_engine(percent, period_us); });
}

nvmlReturn_t nvmlDeviceGetJpgUtilization(nvmlDevice_t device, unsigned int* percent,
                                         unsigned int* period_us) noexcept {
  return on_gpu_without_mig(__func__, device,
                            [&](const Subject&) { return give_idle_engine(percent, period_us); });
}

nvmlReturn_t nvmlDeviceGetOfaUtilization(nvmlDevice_t device, unsigned int* percent,
                                         unsigned int* period_us) noexcept {
  return on_gpu_without_mig(__func__, device,
                            [&](const Subject&) { return give_idle_engine(percent, period_us); });
}

// Chips for computing have no encoder.
nvmlReturn_t nvmlDeviceGetEncoderCapacity(nvmlDevice_t device, nvmlEncoderType_t /*type*/,
                                          unsigned int* /*percent*/) noexcept {
  return on_device(__func__, device, [](const Subject&) { return NVML_ERROR_NOT_SUPPORTED; });
}

nvmlReturn_t nvmlDeviceGetEncoderStats(nvmlDevice_t device, unsigned int* sessions,
                                       unsigned int* average_fps,
                                       unsigned int* average_latency_us) noexcept {
  return on_gpu_without_mig(__func__, device, [&](const Subject&) {
    if (sessions == nullptr || average_fps == nullptr || average_latency_us == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    *sessions = *average_fps = *average_latency_us = 0;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetEncoderSessions(nvmlDevice_t device, unsigned int* count,
                                          nvmlEncoderSessionInfo_t* /*sessions*/) noexcept {
  return on_gpu_without_mig(__func__, device, [&](const Subject&) { return give(count, 0U); });
}

nvmlReturn_t nvmlDeviceGetFBCStats(nvmlDevice_t device, nvmlFBCStats_t* stats) noexcept {
  return on_gpu_without_mig(__func__, device,
                            [&](const Subject&) { return give(stats, nvmlFBCStats_t{}); });
}

// NOLINTNEXTLINE(readability-function-size): the parameters are NVML's.
nvmlReturn_t nvmlDeviceGetSamples(nvmlDevice_t device, nvmlSamplingType_t type,
                                  unsigned long long /*last_seen*/, nvmlValueType_t* value_type,
                                  unsigned int* count, nvmlSample_t* samples) noexcept {
  return on_gpu_without_mig(__func__, device, [&](const Subject& it) {
    return give_sample(it, type, value_type, count, samples);
  });
}

// Nothing slows the clocks down, so no time was lost.
nvmlReturn_t nvmlDeviceGetViolationStatus(nvmlDevice_t device, nvmlPerfPolicyType_t policy,
                                          nvmlViolationTime_t* time) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    return policy < NVML_PERF_POLICY_COUNT
               ? give(time, nvmlViolationTime_t{.referenceTime = now_us(), .violationTime = 0})
               : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensor,
                                      unsigned int* temperature) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return sensor == NVML_TEMPERATURE_GPU ? give(temperature, read_telemetry(it).temperature)
                                          : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device,
                                       nvmlTemperature_t* temperature) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_temperature(it, temperature); });
}

nvmlReturn_t nvmlDeviceGetTemperatureThreshold(nvmlDevice_t device,
                                               nvmlTemperatureThresholds_t type,
                                               unsigned int* temperature) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give_threshold(type, temperature); });
}

nvmlReturn_t nvmlDeviceGetMarginTemperature(nvmlDevice_t device,
                                            nvmlMarginTemperature_t* margin) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (margin == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (margin->version != nvmlMarginTemperature_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    margin->marginTemperature =
        static_cast<int>(kMaxTemperature) - static_cast<int>(read_telemetry(it).temperature);
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetThermalSettings(nvmlDevice_t device, unsigned int /*sensor*/,
                                          nvmlGpuThermalSettings_t* settings) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_thermal_settings(it, settings); });
}

// Server boards are cooled by the server's fans.
nvmlReturn_t nvmlDeviceGetNumFans(nvmlDevice_t device, unsigned int* count) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(count, 0U); });
}

nvmlReturn_t nvmlDeviceGetFanSpeed(nvmlDevice_t device, unsigned int* /*percent*/) noexcept {
  return on_device(__func__, device, [](const Subject&) { return NVML_ERROR_NOT_SUPPORTED; });
}

nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t device, unsigned int /*fan*/,
                                      unsigned int* /*percent*/) noexcept {
  return on_device(__func__, device, [](const Subject&) { return NVML_ERROR_NOT_SUPPORTED; });
}

nvmlReturn_t nvmlDeviceGetMaxPcieLinkGeneration(nvmlDevice_t device,
                                                unsigned int* generation) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(generation, board_of(it.geometry).pcie_generation);
  });
}

nvmlReturn_t nvmlDeviceGetGpuMaxPcieLinkGeneration(nvmlDevice_t device,
                                                   unsigned int* generation) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(generation, board_of(it.geometry).pcie_generation);
  });
}

nvmlReturn_t nvmlDeviceGetCurrPcieLinkGeneration(nvmlDevice_t device,
                                                 unsigned int* generation) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(generation, board_of(it.geometry).pcie_generation);
  });
}

nvmlReturn_t nvmlDeviceGetMaxPcieLinkWidth(nvmlDevice_t device, unsigned int* width) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(width, 16U); });
}

nvmlReturn_t nvmlDeviceGetCurrPcieLinkWidth(nvmlDevice_t device, unsigned int* width) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(width, 16U); });
}

nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t device, nvmlPcieUtilCounter_t counter,
                                         unsigned int* throughput) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return counter < NVML_PCIE_UTIL_COUNT ? give(throughput, read_telemetry(it).pcie_kib_per_s)
                                          : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetPcieReplayCounter(nvmlDevice_t device, unsigned int* count) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(count, 0U); });
}

// The enumerators of speeds count generations: 1 is 2500 MBit/s a lane.
nvmlReturn_t nvmlDeviceGetPcieLinkMaxSpeed(nvmlDevice_t device, unsigned int* speed) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(speed, board_of(it.geometry).pcie_generation);
  });
}

// MBit/s a lane: 2500 in generation 1, 5000 in 2, 8000 in 3, then doubling.
nvmlReturn_t nvmlDeviceGetPcieSpeed(nvmlDevice_t device, unsigned int* speed) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(speed, 1000U << board_of(it.geometry).pcie_generation);
  });
}

}  // extern "C"
