// MIG: mode, GPU instances, compute instances, MIG devices.
//
// A *profile* is asked for by enumerator (NVML_GPU_INSTANCE_PROFILE_...) in the ProfileInfo calls
// only; every other call takes the id that ProfileInfo returned.
#pragma once

#include "sectile/nvml_abi/base.h"

inline constexpr unsigned int NVML_DEVICE_MIG_DISABLE = 0;
inline constexpr unsigned int NVML_DEVICE_MIG_ENABLE = 1;

// GPU instance profiles. MIG devices with graphics end in GFX, with all or no media engines in
// ALL_ME and NO_ME; REV1 is "+me", REV2 has twice the memory.
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_1_SLICE = 0x0;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_2_SLICE = 0x1;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_3_SLICE = 0x2;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_4_SLICE = 0x3;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_7_SLICE = 0x4;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_8_SLICE = 0x5;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_6_SLICE = 0x6;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_1_SLICE_REV1 = 0x7;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_2_SLICE_REV1 = 0x8;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_1_SLICE_REV2 = 0x9;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_1_SLICE_GFX = 0xA;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_2_SLICE_GFX = 0xB;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_4_SLICE_GFX = 0xC;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_1_SLICE_NO_ME = 0xD;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_2_SLICE_NO_ME = 0xE;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_1_SLICE_ALL_ME = 0xF;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_2_SLICE_ALL_ME = 0x10;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_3_SLICE_GFX = 0x11;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_COUNT = 0x12;

inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_CAPS_P2P = 0x1;
inline constexpr unsigned int NVML_GPU_INSTANCE_PROFILE_CAPS_GFX = 0x2;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_CAPS_GFX = 0x1;

inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_1_SLICE = 0x0;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_2_SLICE = 0x1;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_3_SLICE = 0x2;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_4_SLICE = 0x3;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_7_SLICE = 0x4;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_8_SLICE = 0x5;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_6_SLICE = 0x6;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_1_SLICE_REV1 = 0x7;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_7_SLICE_NVL = 0x8;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_PROFILE_COUNT = 0x9;

inline constexpr unsigned int NVML_COMPUTE_INSTANCE_ENGINE_PROFILE_SHARED = 0x0;
inline constexpr unsigned int NVML_COMPUTE_INSTANCE_ENGINE_PROFILE_COUNT = 0x1;

// NVML calls this INVALID_GPU_INSTANCE_ID, and uses it for compute instances and profiles too.
inline constexpr unsigned int NVML_INVALID_INSTANCE_ID = 0xFFFFFFFF;

extern "C" {

struct nvmlGpuInstancePlacement_t {
  unsigned int start;
  unsigned int size;
};

struct nvmlGpuInstanceProfileInfo_t {
  unsigned int id;
  unsigned int isP2pSupported;
  unsigned int sliceCount;
  unsigned int instanceCount;
  unsigned int multiprocessorCount;
  unsigned int copyEngineCount;
  unsigned int decoderCount;
  unsigned int encoderCount;
  unsigned int jpegCount;
  unsigned int ofaCount;
  unsigned long long memorySizeMB;
};

struct nvmlGpuInstanceProfileInfo_v2_t {
  unsigned int version;
  unsigned int id;
  unsigned int isP2pSupported;
  unsigned int sliceCount;
  unsigned int instanceCount;
  unsigned int multiprocessorCount;
  unsigned int copyEngineCount;
  unsigned int decoderCount;
  unsigned int encoderCount;
  unsigned int jpegCount;
  unsigned int ofaCount;
  unsigned long long memorySizeMB;
  char name[96];
};

// As large as v2, and different.
struct nvmlGpuInstanceProfileInfo_v3_t {
  unsigned int version;
  unsigned int id;
  unsigned int sliceCount;
  unsigned int instanceCount;
  unsigned int multiprocessorCount;
  unsigned int copyEngineCount;
  unsigned int decoderCount;
  unsigned int encoderCount;
  unsigned int jpegCount;
  unsigned int ofaCount;
  unsigned long long memorySizeMB;
  char name[96];
  unsigned int capabilities;
};

struct nvmlGpuInstanceInfo_t {
  nvmlDevice_t device;
  unsigned int id;
  unsigned int profileId;
  nvmlGpuInstancePlacement_t placement;
};

struct nvmlComputeInstancePlacement_t {
  unsigned int start;
  unsigned int size;
};

struct nvmlComputeInstanceProfileInfo_t {
  unsigned int id;
  unsigned int sliceCount;
  unsigned int instanceCount;
  unsigned int multiprocessorCount;
  unsigned int sharedCopyEngineCount;
  unsigned int sharedDecoderCount;
  unsigned int sharedEncoderCount;
  unsigned int sharedJpegCount;
  unsigned int sharedOfaCount;
};

struct nvmlComputeInstanceProfileInfo_v2_t {
  unsigned int version;
  unsigned int id;
  unsigned int sliceCount;
  unsigned int instanceCount;
  unsigned int multiprocessorCount;
  unsigned int sharedCopyEngineCount;
  unsigned int sharedDecoderCount;
  unsigned int sharedEncoderCount;
  unsigned int sharedJpegCount;
  unsigned int sharedOfaCount;
  char name[96];
};

struct nvmlComputeInstanceProfileInfo_v3_t {
  unsigned int version;
  unsigned int id;
  unsigned int sliceCount;
  unsigned int instanceCount;
  unsigned int multiprocessorCount;
  unsigned int sharedCopyEngineCount;
  unsigned int sharedDecoderCount;
  unsigned int sharedEncoderCount;
  unsigned int sharedJpegCount;
  unsigned int sharedOfaCount;
  char name[96];
  unsigned int capabilities;
};

// Of the unversioned nvmlComputeInstanceGetInfo.
struct nvmlComputeInstanceInfo_v1_t {
  nvmlDevice_t device;
  nvmlGpuInstance_t gpuInstance;
  unsigned int id;
  unsigned int profileId;
};

struct nvmlComputeInstanceInfo_t {
  nvmlDevice_t device;
  nvmlGpuInstance_t gpuInstance;
  unsigned int id;
  unsigned int profileId;
  nvmlComputeInstancePlacement_t placement;
};

// Of the unversioned nvmlDeviceGetAttributes.
struct nvmlDeviceAttributes_v1_t {
  unsigned int multiprocessorCount;
  unsigned int sharedCopyEngineCount;
  unsigned int sharedDecoderCount;
  unsigned int sharedEncoderCount;
  unsigned int sharedJpegCount;
  unsigned int sharedOfaCount;
};

struct nvmlDeviceAttributes_t {
  unsigned int multiprocessorCount;
  unsigned int sharedCopyEngineCount;
  unsigned int sharedDecoderCount;
  unsigned int sharedEncoderCount;
  unsigned int sharedJpegCount;
  unsigned int sharedOfaCount;
  unsigned int gpuInstanceSliceCount;
  unsigned int computeInstanceSliceCount;
  unsigned long long memorySizeMB;
};

SECTILE_NVML_API nvmlReturn_t nvmlDeviceSetMigMode(nvmlDevice_t device, unsigned int mode,
                                                   nvmlReturn_t* activation_status) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int* current_mode,
                                                   unsigned int* pending_mode) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfo(
    nvmlDevice_t device, unsigned int profile, nvmlGpuInstanceProfileInfo_t* info) noexcept;
// `info` may point to v2 or v3: its tag says which.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfoV(
    nvmlDevice_t device, unsigned int profile, nvmlGpuInstanceProfileInfo_v2_t* info) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfoByIdV(
    nvmlDevice_t device, unsigned int profile_id, nvmlGpuInstanceProfileInfo_v2_t* info) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstancePossiblePlacements(
    nvmlDevice_t device, unsigned int profile_id, nvmlGpuInstancePlacement_t* placements,
    unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstancePossiblePlacements_v2(
    nvmlDevice_t device, unsigned int profile_id, nvmlGpuInstancePlacement_t* placements,
    unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstanceRemainingCapacity(
    nvmlDevice_t device, unsigned int profile_id, unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceCreateGpuInstance(nvmlDevice_t device,
                                                          unsigned int profile_id,
                                                          nvmlGpuInstance_t* instance) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceCreateGpuInstanceWithPlacement(
    nvmlDevice_t device, unsigned int profile_id, const nvmlGpuInstancePlacement_t* placement,
    nvmlGpuInstance_t* instance) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceDestroy(nvmlGpuInstance_t instance) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstances(nvmlDevice_t device,
                                                        unsigned int profile_id,
                                                        nvmlGpuInstance_t* instances,
                                                        unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstanceById(nvmlDevice_t device, unsigned int id,
                                                           nvmlGpuInstance_t* instance) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetInfo(nvmlGpuInstance_t instance,
                                                     nvmlGpuInstanceInfo_t* info) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetComputeInstanceProfileInfo(
    nvmlGpuInstance_t instance, unsigned int profile, unsigned int engine_profile,
    nvmlComputeInstanceProfileInfo_t* info) noexcept;
// `info` may point to v2 or v3: its tag says which.
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetComputeInstanceProfileInfoV(
    nvmlGpuInstance_t instance, unsigned int profile, unsigned int engine_profile,
    nvmlComputeInstanceProfileInfo_v2_t* info) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetComputeInstanceRemainingCapacity(
    nvmlGpuInstance_t instance, unsigned int profile_id, unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetComputeInstancePossiblePlacements(
    nvmlGpuInstance_t instance, unsigned int profile_id, nvmlComputeInstancePlacement_t* placements,
    unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceCreateComputeInstance(
    nvmlGpuInstance_t instance, unsigned int profile_id, nvmlComputeInstance_t* created) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceCreateComputeInstanceWithPlacement(
    nvmlGpuInstance_t instance, unsigned int profile_id,
    const nvmlComputeInstancePlacement_t* placement, nvmlComputeInstance_t* created) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlComputeInstanceDestroy(nvmlComputeInstance_t instance) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetComputeInstances(nvmlGpuInstance_t instance,
                                                                 unsigned int profile_id,
                                                                 nvmlComputeInstance_t* instances,
                                                                 unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGpuInstanceGetComputeInstanceById(
    nvmlGpuInstance_t instance, unsigned int id, nvmlComputeInstance_t* found) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlComputeInstanceGetInfo(
    nvmlComputeInstance_t instance, nvmlComputeInstanceInfo_v1_t* info) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlComputeInstanceGetInfo_v2(
    nvmlComputeInstance_t instance, nvmlComputeInstanceInfo_t* info) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device,
                                                          unsigned int* is_mig_device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device,
                                                         unsigned int* id) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device,
                                                             unsigned int* id) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device,
                                                             unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(
    nvmlDevice_t device, unsigned int index, nvmlDevice_t* mig_device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(
    nvmlDevice_t mig_device, nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetAttributes(nvmlDevice_t device, nvmlDeviceAttributes_v1_t* attributes) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetAttributes_v2(nvmlDevice_t device, nvmlDeviceAttributes_t* attributes) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlGpuInstanceProfileInfo_v2 =
    nvmlStructVersion<nvmlGpuInstanceProfileInfo_v2_t>(2);
inline constexpr unsigned int nvmlGpuInstanceProfileInfo_v3 =
    nvmlStructVersion<nvmlGpuInstanceProfileInfo_v3_t>(3);
inline constexpr unsigned int nvmlComputeInstanceProfileInfo_v2 =
    nvmlStructVersion<nvmlComputeInstanceProfileInfo_v2_t>(2);
inline constexpr unsigned int nvmlComputeInstanceProfileInfo_v3 =
    nvmlStructVersion<nvmlComputeInstanceProfileInfo_v3_t>(3);
