// Exported calls about clocks, performance states and power.
#include <algorithm>
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

constexpr unsigned int kClockStepMhz = 15;

unsigned int max_clock(const Subject& subject, nvmlClockType_t type) {
  const Board& board = board_of(subject.geometry);
  switch (type) {
    case NVML_CLOCK_MEM:
      return board.memory_clock_mhz;
    case NVML_CLOCK_VIDEO:
      return board.sm_clock_mhz * 9 / 10;
    default:
      return board.sm_clock_mhz;
  }
}

unsigned int current_clock(const Subject& subject, nvmlClockType_t type) {
  const unsigned int greatest = max_clock(subject, type);
  const bool busy = read_telemetry(subject).load_percent > 0;
  return busy || type == NVML_CLOCK_MEM ? greatest : kIdleClockMhz;
}

nvmlReturn_t give_max_clock(const Subject& subject, nvmlClockType_t type, unsigned int* clock) {
  return type < NVML_CLOCK_COUNT ? give(clock, max_clock(subject, type))
                                 : NVML_ERROR_INVALID_ARGUMENT;
}

nvmlReturn_t give_current_clock(const Subject& subject, nvmlClockType_t type, unsigned int* clock) {
  return type < NVML_CLOCK_COUNT ? give(clock, current_clock(subject, type))
                                 : NVML_ERROR_INVALID_ARGUMENT;
}

// All clocks that can be asked for, from the greatest down.
nvmlReturn_t give_graphics_clocks(const Subject& subject, unsigned int memory_clock,
                                  unsigned int* count, unsigned int* clocks) {
  const Board& board = board_of(subject.geometry);
  if (memory_clock != board.memory_clock_mhz) {
    return NVML_ERROR_NOT_FOUND;
  }
  std::vector<unsigned int> all;
  for (unsigned int clock = board.sm_clock_mhz; clock >= kIdleClockMhz; clock -= kClockStepMhz) {
    all.push_back(clock);
  }
  return give_all(all, count, clocks, [](unsigned int clock) { return clock; });
}

unsigned long long clock_reasons(const Subject& subject) {
  return read_telemetry(subject).load_percent > 0 ? nvmlClocksEventReasonNone
                                                  : nvmlClocksEventReasonGpuIdle;
}

unsigned int default_limit(const Subject& subject) {
  return board_of(subject.geometry).power_mw;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type,
                                    unsigned int* clock) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_current_clock(it, type, clock); });
}

nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, nvmlClockType_t type,
                                       unsigned int* clock) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_max_clock(it, type, clock); });
}

nvmlReturn_t nvmlDeviceGetClock(nvmlDevice_t device, nvmlClockType_t type, nvmlClockId_t id,
                                unsigned int* clock) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (id >= NVML_CLOCK_ID_COUNT) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return id == NVML_CLOCK_ID_CURRENT ? give_current_clock(it, type, clock)
                                       : give_max_clock(it, type, clock);
  });
}

nvmlReturn_t nvmlDeviceGetMaxCustomerBoostClock(nvmlDevice_t device, nvmlClockType_t type,
                                                unsigned int* clock) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_max_clock(it, type, clock); });
}

nvmlReturn_t nvmlDeviceGetApplicationsClock(nvmlDevice_t device, nvmlClockType_t type,
                                            unsigned int* clock) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_max_clock(it, type, clock); });
}

nvmlReturn_t nvmlDeviceGetDefaultApplicationsClock(nvmlDevice_t device, nvmlClockType_t type,
                                                   unsigned int* clock) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_max_clock(it, type, clock); });
}

nvmlReturn_t nvmlDeviceGetSupportedMemoryClocks(nvmlDevice_t device, unsigned int* count,
                                                unsigned int* clocks) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give_all(std::array{board_of(it.geometry).memory_clock_mhz}, count, clocks,
                    [](unsigned int clock) { return clock; });
  });
}

nvmlReturn_t nvmlDeviceGetSupportedGraphicsClocks(nvmlDevice_t device, unsigned int memory_clock,
                                                  unsigned int* count,
                                                  unsigned int* clocks) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give_graphics_clocks(it, memory_clock, count, clocks);
  });
}

// There is one performance state, P0.
nvmlReturn_t nvmlDeviceGetMinMaxClockOfPState(nvmlDevice_t device, nvmlClockType_t type,
                                              nvmlPstates_t state, unsigned int* min_clock,
                                              unsigned int* max_clock_out) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (type >= NVML_CLOCK_COUNT || min_clock == nullptr || max_clock_out == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (state != NVML_PSTATE_0) {
      return NVML_ERROR_NOT_SUPPORTED;
    }
    *max_clock_out = max_clock(it, type);
    *min_clock = type == NVML_CLOCK_MEM ? *max_clock_out : kIdleClockMhz;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetPerformanceState(nvmlDevice_t device, nvmlPstates_t* state) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(state, NVML_PSTATE_0); });
}

nvmlReturn_t nvmlDeviceGetPowerState(nvmlDevice_t device, nvmlPstates_t* state) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(state, NVML_PSTATE_0); });
}

// `size` is in bytes.
nvmlReturn_t nvmlDeviceGetSupportedPerformanceStates(nvmlDevice_t device, nvmlPstates_t* states,
                                                     unsigned int size) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    if (states == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (size < sizeof *states) {
      return NVML_ERROR_INSUFFICIENT_SIZE;
    }
    std::fill_n(states, size / sizeof *states, NVML_PSTATE_UNKNOWN);
    states[0] = NVML_PSTATE_0;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device,
                                                    unsigned long long* reasons) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(reasons, clock_reasons(it)); });
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device,
                                                       unsigned long long* reasons) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(reasons, clock_reasons(it)); });
}

nvmlReturn_t nvmlDeviceGetSupportedClocksEventReasons(nvmlDevice_t device,
                                                      unsigned long long* reasons) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give(reasons, nvmlClocksEventReasonAll); });
}

nvmlReturn_t nvmlDeviceGetSupportedClocksThrottleReasons(nvmlDevice_t device,
                                                         unsigned long long* reasons) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give(reasons, nvmlClocksEventReasonAll); });
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int* power) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(power, read_telemetry(it).power_mw); });
}

nvmlReturn_t nvmlDeviceGetPowerManagementMode(nvmlDevice_t device,
                                              nvmlEnableState_t* mode) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(mode, NVML_FEATURE_ENABLED); });
}

nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t device, unsigned int* limit) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(limit, default_limit(it)); });
}

nvmlReturn_t nvmlDeviceGetPowerManagementDefaultLimit(nvmlDevice_t device,
                                                      unsigned int* limit) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(limit, default_limit(it)); });
}

nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned int* limit) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(limit, default_limit(it)); });
}

nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t device,
                                                          unsigned int* min_limit,
                                                          unsigned int* max_limit) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (min_limit == nullptr || max_limit == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    *min_limit = board_of(it.geometry).power_min_mw;
    *max_limit = default_limit(it);
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device,
                                                 unsigned long long* energy) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(energy, static_cast<unsigned long long>(energy_mj(it)));
  });
}

nvmlReturn_t nvmlDeviceGetPowerSource(nvmlDevice_t device, nvmlPowerSource_t* source) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give(source, NVML_POWER_SOURCE_AC); });
}

}  // extern "C"
