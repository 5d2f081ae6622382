// Memory: sizes, BAR1, ECC, retired and remapped rows.
#pragma once

#include "sectile/nvml_abi/base.h"

extern "C" {

// Bytes.
struct nvmlMemory_t {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

struct nvmlMemory_v2_t {
  unsigned int version;
  unsigned long long total;
  unsigned long long reserved;
  unsigned long long free;
  unsigned long long used;
};

struct nvmlBAR1Memory_t {
  unsigned long long bar1Total;
  unsigned long long bar1Free;
  unsigned long long bar1Used;
};

struct nvmlConfComputeMemSizeInfo_t {
  unsigned long long protectedMemSizeKib;
  unsigned long long unprotectedMemSizeKib;
};

enum nvmlMemoryErrorType_t : unsigned int {
  NVML_MEMORY_ERROR_TYPE_CORRECTED = 0,
  NVML_MEMORY_ERROR_TYPE_UNCORRECTED = 1,
  NVML_MEMORY_ERROR_TYPE_COUNT = 2,
};

enum nvmlEccCounterType_t : unsigned int {
  NVML_VOLATILE_ECC = 0,
  NVML_AGGREGATE_ECC = 1,
  NVML_ECC_COUNTER_TYPE_COUNT = 2,
};

enum nvmlMemoryLocation_t : unsigned int {
  NVML_MEMORY_LOCATION_L1_CACHE = 0,
  NVML_MEMORY_LOCATION_L2_CACHE = 1,
  NVML_MEMORY_LOCATION_DEVICE_MEMORY = 2,
  NVML_MEMORY_LOCATION_REGISTER_FILE = 3,
  NVML_MEMORY_LOCATION_TEXTURE_MEMORY = 4,
  NVML_MEMORY_LOCATION_TEXTURE_SHM = 5,
  NVML_MEMORY_LOCATION_CBU = 6,
  NVML_MEMORY_LOCATION_SRAM = 7,
  NVML_MEMORY_LOCATION_COUNT = 8,
};

struct nvmlEccErrorCounts_t {
  unsigned long long l1Cache;
  unsigned long long l2Cache;
  unsigned long long deviceMemory;
  unsigned long long registerFile;
};

struct nvmlEccSramErrorStatus_v1_t {
  unsigned int version;
  unsigned long long aggregateUncParity;
  unsigned long long aggregateUncSecDed;
  unsigned long long aggregateCor;
  unsigned long long volatileUncParity;
  unsigned long long volatileUncSecDed;
  unsigned long long volatileCor;
  unsigned long long aggregateUncBucketL2;
  unsigned long long aggregateUncBucketSm;
  unsigned long long aggregateUncBucketPcie;
  unsigned long long aggregateUncBucketMcu;
  unsigned long long aggregateUncBucketOther;
  unsigned int bThresholdExceeded;
};
using nvmlEccSramErrorStatus_t = nvmlEccSramErrorStatus_v1_t;

enum nvmlPageRetirementCause_t : unsigned int {
  NVML_PAGE_RETIREMENT_CAUSE_MULTIPLE_SINGLE_BIT_ECC_ERRORS = 0,
  NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR = 1,
  NVML_PAGE_RETIREMENT_CAUSE_COUNT = 2,
};

struct nvmlRowRemapperHistogramValues_t {
  unsigned int max;
  unsigned int high;
  unsigned int partial;
  unsigned int low;
  unsigned int none;
};

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device,
                                                      nvmlMemory_t* memory) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device,
                                                         nvmlMemory_v2_t* memory) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetBAR1MemoryInfo(nvmlDevice_t device,
                                                          nvmlBAR1Memory_t* memory) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetConfComputeMemSizeInfo(
    nvmlDevice_t device, nvmlConfComputeMemSizeInfo_t* memory) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetConfComputeProtectedMemoryUsage(nvmlDevice_t device, nvmlMemory_t* memory) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, nvmlEnableState_t* current,
                                                   nvmlEnableState_t* pending) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDefaultEccMode(nvmlDevice_t device,
                                                          nvmlEnableState_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device,
                                                          nvmlMemoryErrorType_t error,
                                                          nvmlEccCounterType_t counter,
                                                          unsigned long long* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDetailedEccErrors(nvmlDevice_t device,
                                                             nvmlMemoryErrorType_t error,
                                                             nvmlEccCounterType_t counter,
                                                             nvmlEccErrorCounts_t* counts) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMemoryErrorCounter(nvmlDevice_t device,
                                                              nvmlMemoryErrorType_t error,
                                                              nvmlEccCounterType_t counter,
                                                              nvmlMemoryLocation_t location,
                                                              unsigned long long* count) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetSramEccErrorStatus(nvmlDevice_t device, nvmlEccSramErrorStatus_t* status) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetRetiredPages(nvmlDevice_t device,
                                                        nvmlPageRetirementCause_t cause,
                                                        unsigned int* count,
                                                        unsigned long long* addresses) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetRetiredPages_v2(nvmlDevice_t device,
                                                           nvmlPageRetirementCause_t cause,
                                                           unsigned int* count,
                                                           unsigned long long* addresses,
                                                           unsigned long long* times) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetRetiredPagesPendingStatus(nvmlDevice_t device, nvmlEnableState_t* pending) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device,
                                                        unsigned int* corrected,
                                                        unsigned int* uncorrected,
                                                        unsigned int* pending,
                                                        unsigned int* failed) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetRowRemapperHistogram(
    nvmlDevice_t device, nvmlRowRemapperHistogramValues_t* values) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlMemory_v2 = nvmlStructVersion<nvmlMemory_v2_t>(2);
inline constexpr unsigned int nvmlEccSramErrorStatus_v1 =
    nvmlStructVersion<nvmlEccSramErrorStatus_v1_t>(1);
