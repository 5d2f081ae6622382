// Field values: single readings asked for by number, several in one call.
#pragma once

#include "sectile/nvml_abi/base.h"

inline constexpr unsigned int NVML_FI_DEV_ECC_CURRENT = 1;
inline constexpr unsigned int NVML_FI_DEV_ECC_PENDING = 2;
inline constexpr unsigned int NVML_FI_DEV_ECC_SBE_VOL_TOTAL = 3;
inline constexpr unsigned int NVML_FI_DEV_ECC_DBE_VOL_TOTAL = 4;
inline constexpr unsigned int NVML_FI_DEV_ECC_SBE_AGG_TOTAL = 5;
inline constexpr unsigned int NVML_FI_DEV_ECC_DBE_AGG_TOTAL = 6;
inline constexpr unsigned int NVML_FI_DEV_MEMORY_TEMP = 82;
inline constexpr unsigned int NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION = 83;
inline constexpr unsigned int NVML_FI_DEV_NVLINK_LINK_COUNT = 91;
inline constexpr unsigned int NVML_FI_DEV_PCIE_REPLAY_COUNTER = 94;
inline constexpr unsigned int NVML_FI_DEV_REMAPPED_COR = 142;
inline constexpr unsigned int NVML_FI_DEV_REMAPPED_UNC = 143;
inline constexpr unsigned int NVML_FI_DEV_REMAPPED_PENDING = 144;
inline constexpr unsigned int NVML_FI_DEV_REMAPPED_FAILURE = 145;
inline constexpr unsigned int NVML_FI_DEV_C2C_LINK_COUNT = 170;
// Whether the MIG mode can be changed without a reset of the GPU.
inline constexpr unsigned int NVML_FI_DEV_IS_RESETLESS_MIG_SUPPORTED = 184;
inline constexpr unsigned int NVML_FI_DEV_POWER_AVERAGE = 185;
inline constexpr unsigned int NVML_FI_DEV_POWER_INSTANT = 186;
inline constexpr unsigned int NVML_FI_DEV_POWER_MIN_LIMIT = 187;
inline constexpr unsigned int NVML_FI_DEV_POWER_MAX_LIMIT = 188;
inline constexpr unsigned int NVML_FI_DEV_POWER_DEFAULT_LIMIT = 189;
inline constexpr unsigned int NVML_FI_DEV_POWER_CURRENT_LIMIT = 190;
inline constexpr unsigned int NVML_FI_DEV_ENERGY = 191;
inline constexpr unsigned int NVML_FI_DEV_POWER_REQUESTED_LIMIT = 192;
// Whether profiles and placements can be asked for while MIG is disabled.
inline constexpr unsigned int NVML_FI_DEV_IS_MIG_MODE_INDEPENDENT_MIG_QUERY_CAPABLE = 199;
inline constexpr unsigned int NVML_FI_MAX = 310;

extern "C" {

enum nvmlValueType_t : unsigned int {
  NVML_VALUE_TYPE_DOUBLE = 0,
  NVML_VALUE_TYPE_UNSIGNED_INT = 1,
  NVML_VALUE_TYPE_UNSIGNED_LONG = 2,
  NVML_VALUE_TYPE_UNSIGNED_LONG_LONG = 3,
  NVML_VALUE_TYPE_SIGNED_LONG_LONG = 4,
  NVML_VALUE_TYPE_SIGNED_INT = 5,
  NVML_VALUE_TYPE_UNSIGNED_SHORT = 6,
};

union nvmlValue_t {
  double dVal;
  int siVal;
  unsigned int uiVal;
  unsigned long ulVal;
  unsigned long long ullVal;
  signed long long sllVal;
  unsigned short usVal;
};

struct nvmlFieldValue_t {
  unsigned int fieldId;
  unsigned int scopeId;
  long long timestamp;  // Microseconds since the epoch.
  long long latencyUsec;
  nvmlValueType_t valueType;
  nvmlReturn_t nvmlReturn;  // Of this field alone.
  nvmlValue_t value;
};

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count,
                                                       nvmlFieldValue_t* values) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceClearFieldValues(nvmlDevice_t device, int count,
                                                         nvmlFieldValue_t* values) noexcept;

}  // extern "C"
