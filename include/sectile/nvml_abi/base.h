// What every part of the NVML C ABI shares: return codes, handles, version tags.
//
// The headers of this folder declare NVML's ABI (API version 13, x86-64 and aarch64 Linux) under
// NVML's own names, for two uses: the emulator defines these functions, and the device layer takes
// their types from decltype(&nvmlInit_v2) for what it finds with dlsym. Nothing here is linked
// against. The names are not NVIDIA's header: do not include both in one translation unit.
//
// Enumerations have a fixed underlying type, so that any value a driver returns is a valid one.
// Sizes, offsets and values were read from nvml.h; tests/clients/abi compares them with it.
#pragma once

#include <cstddef>

#define SECTILE_NVML_API __attribute__((visibility("default")))

extern "C" {

enum nvmlReturn_t : unsigned int {
  NVML_SUCCESS = 0,
  NVML_ERROR_UNINITIALIZED = 1,
  NVML_ERROR_INVALID_ARGUMENT = 2,
  NVML_ERROR_NOT_SUPPORTED = 3,
  NVML_ERROR_NO_PERMISSION = 4,
  NVML_ERROR_ALREADY_INITIALIZED = 5,
  NVML_ERROR_NOT_FOUND = 6,
  NVML_ERROR_INSUFFICIENT_SIZE = 7,
  NVML_ERROR_INSUFFICIENT_POWER = 8,
  NVML_ERROR_DRIVER_NOT_LOADED = 9,
  NVML_ERROR_TIMEOUT = 10,
  NVML_ERROR_IRQ_ISSUE = 11,
  NVML_ERROR_LIBRARY_NOT_FOUND = 12,
  NVML_ERROR_FUNCTION_NOT_FOUND = 13,
  NVML_ERROR_CORRUPTED_INFOROM = 14,
  NVML_ERROR_GPU_IS_LOST = 15,
  NVML_ERROR_RESET_REQUIRED = 16,
  NVML_ERROR_OPERATING_SYSTEM = 17,
  NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18,
  NVML_ERROR_IN_USE = 19,
  NVML_ERROR_MEMORY = 20,
  NVML_ERROR_NO_DATA = 21,
  NVML_ERROR_VGPU_ECC_NOT_SUPPORTED = 22,
  NVML_ERROR_INSUFFICIENT_RESOURCES = 23,
  NVML_ERROR_FREQ_NOT_SUPPORTED = 24,
  NVML_ERROR_ARGUMENT_VERSION_MISMATCH = 25,
  NVML_ERROR_DEPRECATED = 26,
  NVML_ERROR_NOT_READY = 27,
  NVML_ERROR_GPU_NOT_FOUND = 28,
  NVML_ERROR_INVALID_STATE = 29,
  NVML_ERROR_RESET_TYPE_NOT_SUPPORTED = 30,
  NVML_ERROR_UNKNOWN = 999,
};

enum nvmlEnableState_t : unsigned int {
  NVML_FEATURE_DISABLED = 0,
  NVML_FEATURE_ENABLED = 1,
};

// Opaque. A MIG device is an nvmlDevice_t too: nvmlDeviceIsMigDeviceHandle tells them apart.
using nvmlDevice_t = struct nvmlDevice_st*;
using nvmlGpuInstance_t = struct nvmlGpuInstance_st*;
using nvmlComputeInstance_t = struct nvmlComputeInstance_st*;
using nvmlEventSet_t = struct nvmlEventSet_st*;
using nvmlUnit_t = struct nvmlUnit_st*;

}  // extern "C"

// The first member of a versioned struct says which one the caller allocated: its size, and its
// version in the top byte. Compare whole tags, never sizes: some versions have equal sizes.
template <typename Struct>
consteval unsigned int nvmlStructVersion(unsigned int version) {
  return static_cast<unsigned int>(sizeof(Struct)) | (version << 24U);
}
