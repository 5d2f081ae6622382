// Exported calls about memory: sizes, BAR1, ECC, remapped rows.
#include <algorithm>
#include <cstdint>

#include "sectile/nvml_abi/memory.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/board.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

// Bytes. Version 1 of the call counts what the driver reserves as used.
struct Usage {
  std::uint64_t total = 0;
  std::uint64_t reserved = 0;
  std::uint64_t used = 0;
};

std::uint64_t used_by_processes(const Subject& subject) {
  std::uint64_t sum = 0;
  for (const Process& process : subject.processes()) {
    sum += process.memory * kMiB;
  }
  return sum;
}

Usage usage_of(const Subject& subject) {
  Usage usage;
  if (subject.is_mig()) {
    // An idle instance uses about 12 MiB per memory slice.
    usage.total = subject.profile().memory * kMiB;
    usage.reserved = kMiB * 12 * subject.profile().memory_slices;
  } else {
    usage.total = subject.geometry.memory * kMiB;
    usage.reserved = usage.total / 128;
  }
  usage.used = std::min(used_by_processes(subject), usage.total - usage.reserved);
  return usage;
}

// With MIG enabled, what the whole GPU uses is the sum of what all tenants use: for privileged eyes
// only. A GPU with unified memory (Thor) has none of its own.
nvmlReturn_t may_see_sum(const Subject& subject) {
  if (!subject.is_mig() && subject.mig_enabled() && !may_monitor(subject.node)) {
    return NVML_ERROR_NO_PERMISSION;
  }
  return subject.geometry.memory == 0 ? NVML_ERROR_NOT_SUPPORTED : NVML_SUCCESS;
}

// What fails, or `give` of what `make` makes.
template <typename T, typename Make>
nvmlReturn_t give_sum(const Subject& subject, T* where, const Make& make) {
  const nvmlReturn_t allowed = may_see_sum(subject);
  return allowed == NVML_SUCCESS ? give(where, make(usage_of(subject))) : allowed;
}

std::uint64_t bar1_bytes(const Subject& subject) {
  const std::uint64_t whole = bar1_of(subject.geometry) * kMiB;
  if (!subject.is_mig()) {
    return whole;
  }
  // Its share, less what the driver keeps: 8191 MiB of 65536 for one of eight slices.
  return whole / subject.geometry.memory_slices * subject.profile().memory_slices - kMiB;
}

bool valid(nvmlMemoryErrorType_t error, nvmlEccCounterType_t counter) {
  return error < NVML_MEMORY_ERROR_TYPE_COUNT && counter < NVML_ECC_COUNTER_TYPE_COUNT;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t* memory) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return give_sum(it, memory, [](const Usage& usage) {
      const std::uint64_t used = usage.reserved + usage.used;
      return nvmlMemory_t{.total = usage.total, .free = usage.total - used, .used = used};
    });
  });
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t* memory) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    if (memory == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    // nvtop passes a plain 2 and expects to be told that it is no tag.
    if (memory->version != nvmlMemory_v2) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    return give_sum(it, memory, [](const Usage& usage) {
      return nvmlMemory_v2_t{.version = nvmlMemory_v2,
                             .total = usage.total,
                             .reserved = usage.reserved,
                             .free = usage.total - usage.reserved - usage.used,
                             .used = usage.used};
    });
  });
}

nvmlReturn_t nvmlDeviceGetBAR1MemoryInfo(nvmlDevice_t device, nvmlBAR1Memory_t* memory) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return give_sum(it, memory, [&](const Usage& /*usage*/) {
      const std::uint64_t total = bar1_bytes(it);
      const std::uint64_t used = (1 + it.processes().size()) * kMiB;
      return nvmlBAR1Memory_t{.bar1Total = total, .bar1Free = total - used, .bar1Used = used};
    });
  });
}

nvmlReturn_t nvmlDeviceGetConfComputeMemSizeInfo(nvmlDevice_t device,
                                                 nvmlConfComputeMemSizeInfo_t* memory) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(memory,
                nvmlConfComputeMemSizeInfo_t{.protectedMemSizeKib = 0,
                                             .unprotectedMemSizeKib = it.geometry.memory * 1024});
  });
}

nvmlReturn_t nvmlDeviceGetConfComputeProtectedMemoryUsage(nvmlDevice_t device,
                                                          nvmlMemory_t* memory) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(memory, nvmlMemory_t{}); });
}

nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, nvmlEnableState_t* current,
                                  nvmlEnableState_t* pending) noexcept {
  return on_device(__func__, device, [&](const Subject&) {
    if (current == nullptr || pending == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    *current = NVML_FEATURE_ENABLED;
    *pending = NVML_FEATURE_ENABLED;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetDefaultEccMode(nvmlDevice_t device, nvmlEnableState_t* mode) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(mode, NVML_FEATURE_ENABLED); });
}

nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, nvmlMemoryErrorType_t error,
                                         nvmlEccCounterType_t counter,
                                         unsigned long long* count) noexcept {
  return on_device(__func__, device, [&](const Subject&) {
    return valid(error, counter) ? give(count, 0ULL) : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetDetailedEccErrors(nvmlDevice_t device, nvmlMemoryErrorType_t error,
                                            nvmlEccCounterType_t counter,
                                            nvmlEccErrorCounts_t* counts) noexcept {
  return on_device(__func__, device, [&](const Subject&) {
    return valid(error, counter) ? give(counts, nvmlEccErrorCounts_t{})
                                 : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetMemoryErrorCounter(nvmlDevice_t device, nvmlMemoryErrorType_t error,
                                             nvmlEccCounterType_t counter,
                                             nvmlMemoryLocation_t location,
                                             unsigned long long* count) noexcept {
  return on_device(__func__, device, [&](const Subject&) {
    return valid(error, counter) && location < NVML_MEMORY_LOCATION_COUNT
               ? give(count, 0ULL)
               : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetSramEccErrorStatus(nvmlDevice_t device,
                                             nvmlEccSramErrorStatus_t* status) noexcept {
  return on_device(__func__, device, [&](const Subject&) {
    if (status == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (status->version != nvmlEccSramErrorStatus_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    *status = {};
    status->version = nvmlEccSramErrorStatus_v1;
    return NVML_SUCCESS;
  });
}

// Since Ampere rows are remapped and pages are no longer retired.
nvmlReturn_t nvmlDeviceGetRetiredPages(nvmlDevice_t device, nvmlPageRetirementCause_t /*cause*/,
                                       unsigned int* /*count*/,
                                       unsigned long long* /*addresses*/) noexcept {
  return on_device(__func__, device, [](const Subject&) { return NVML_ERROR_NOT_SUPPORTED; });
}

nvmlReturn_t nvmlDeviceGetRetiredPages_v2(nvmlDevice_t device, nvmlPageRetirementCause_t /*cause*/,
                                          unsigned int* /*count*/,
                                          unsigned long long* /*addresses*/,
                                          unsigned long long* /*times*/) noexcept {
  return on_device(__func__, device, [](const Subject&) { return NVML_ERROR_NOT_SUPPORTED; });
}

nvmlReturn_t nvmlDeviceGetRetiredPagesPendingStatus(nvmlDevice_t device,
                                                    nvmlEnableState_t* /*pending*/) noexcept {
  return on_device(__func__, device, [](const Subject&) { return NVML_ERROR_NOT_SUPPORTED; });
}

nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, unsigned int* corrected,
                                       unsigned int* uncorrected, unsigned int* pending,
                                       unsigned int* failed) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    if (corrected == nullptr || uncorrected == nullptr || pending == nullptr || failed == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    *corrected = *uncorrected = *pending = *failed = 0;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetRowRemapperHistogram(nvmlDevice_t device,
                                               nvmlRowRemapperHistogramValues_t* values) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    return give(values, nvmlRowRemapperHistogramValues_t{
                            .max = 640, .high = 0, .partial = 0, .low = 0, .none = 0});
  });
}

}  // extern "C"
