// Settings of a device: persistence, compute mode, virtualisation, display, driver model.
#pragma once

#include "sectile/nvml_abi/base.h"

extern "C" {

enum nvmlComputeMode_t : unsigned int {
  NVML_COMPUTEMODE_DEFAULT = 0,
  NVML_COMPUTEMODE_EXCLUSIVE_THREAD = 1,
  NVML_COMPUTEMODE_PROHIBITED = 2,
  NVML_COMPUTEMODE_EXCLUSIVE_PROCESS = 3,
  NVML_COMPUTEMODE_COUNT = 4,
};

enum nvmlGpuVirtualizationMode_t : unsigned int {
  NVML_GPU_VIRTUALIZATION_MODE_NONE = 0,
  NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH = 1,
  NVML_GPU_VIRTUALIZATION_MODE_VGPU = 2,
  NVML_GPU_VIRTUALIZATION_MODE_HOST_VGPU = 3,
  NVML_GPU_VIRTUALIZATION_MODE_HOST_VSGA = 4,
};

enum nvmlRestrictedAPI_t : unsigned int {
  NVML_RESTRICTED_API_SET_APPLICATION_CLOCKS = 0,
  NVML_RESTRICTED_API_SET_AUTO_BOOSTED_CLOCKS = 1,
  NVML_RESTRICTED_API_COUNT = 2,
};

enum nvmlDeviceAddressingModeType_t : unsigned int {
  NVML_DEVICE_ADDRESSING_MODE_NONE = 0,
  NVML_DEVICE_ADDRESSING_MODE_HMM = 1,
  NVML_DEVICE_ADDRESSING_MODE_ATS = 2,
};

struct nvmlDeviceAddressingMode_v1_t {
  unsigned int version;
  unsigned int value;
};
using nvmlDeviceAddressingMode_t = nvmlDeviceAddressingMode_v1_t;

struct nvmlC2cModeInfo_v1_t {
  unsigned int isC2cEnabled;
};

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPersistenceMode(nvmlDevice_t device,
                                                           nvmlEnableState_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceSetPersistenceMode(nvmlDevice_t device,
                                                           nvmlEnableState_t mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetComputeMode(nvmlDevice_t device,
                                                       nvmlComputeMode_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceSetComputeMode(nvmlDevice_t device,
                                                       nvmlComputeMode_t mode) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetVirtualizationMode(nvmlDevice_t device, nvmlGpuVirtualizationMode_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDisplayMode(nvmlDevice_t device,
                                                       nvmlEnableState_t* display) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDisplayActive(nvmlDevice_t device,
                                                         nvmlEnableState_t* active) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetAPIRestriction(nvmlDevice_t device,
                                                          nvmlRestrictedAPI_t api,
                                                          nvmlEnableState_t* restricted) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetAddressingMode(nvmlDevice_t device, nvmlDeviceAddressingMode_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetC2cModeInfoV(nvmlDevice_t device,
                                                        nvmlC2cModeInfo_v1_t* info) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlDeviceAddressingMode_v1 =
    nvmlStructVersion<nvmlDeviceAddressingMode_v1_t>(1);
