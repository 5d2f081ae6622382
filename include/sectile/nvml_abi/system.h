// Starting and stopping NVML, versions, error strings, and what concerns the whole machine.
#pragma once

#include "sectile/nvml_abi/base.h"

inline constexpr unsigned int NVML_API_VERSION = 13;

// Flags of nvmlInitWithFlags.
inline constexpr unsigned int NVML_INIT_FLAG_NO_GPUS = 1;    // No GPU is no error.
inline constexpr unsigned int NVML_INIT_FLAG_NO_ATTACH = 2;  // Attach to no GPU.
inline constexpr unsigned int NVML_INIT_FLAG_FORCE_INIT = 4;

inline constexpr unsigned int NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE = 80;
inline constexpr unsigned int NVML_SYSTEM_NVML_VERSION_BUFFER_SIZE = 80;

extern "C" {

struct nvmlSystemDriverBranchInfo_v1_t {
  unsigned int version;
  char branch[NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE];
};
using nvmlSystemDriverBranchInfo_t = nvmlSystemDriverBranchInfo_v1_t;

struct nvmlHwbcEntry_t {
  unsigned int hwbcId;
  char firmwareVersion[32];
};

// Confidential computing.
struct nvmlConfComputeSystemCaps_t {
  unsigned int cpuCaps;
  unsigned int gpusCaps;
};

struct nvmlConfComputeSystemState_t {
  unsigned int environment;
  unsigned int ccFeature;
  unsigned int devToolsMode;
};

struct nvmlSystemConfComputeSettings_v1_t {
  unsigned int version;
  unsigned int environment;
  unsigned int ccFeature;
  unsigned int devToolsMode;
  unsigned int multiGpuMode;
};
using nvmlSystemConfComputeSettings_t = nvmlSystemConfComputeSettings_v1_t;

SECTILE_NVML_API nvmlReturn_t nvmlInit(void) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlInit_v2(void) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlInitWithFlags(unsigned int flags) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlShutdown(void) noexcept;
SECTILE_NVML_API const char* nvmlErrorString(nvmlReturn_t result) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlSystemGetDriverVersion(char* version,
                                                         unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetNVMLVersion(char* version, unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetCudaDriverVersion(int* cuda_driver_version) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int* cuda_driver_version) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetDriverBranch(nvmlSystemDriverBranchInfo_t* info,
                                                        unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetProcessName(unsigned int pid, char* name,
                                                       unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetHicVersion(unsigned int* count,
                                                      nvmlHwbcEntry_t* entries) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlSystemGetTopologyGpuSet(unsigned int cpu, unsigned int* count,
                                                          nvmlDevice_t* devices) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlSystemGetConfComputeCapabilities(nvmlConfComputeSystemCaps_t* capabilities) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlSystemGetConfComputeState(nvmlConfComputeSystemState_t* state) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlSystemGetConfComputeSettings(nvmlSystemConfComputeSettings_t* settings) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlSystemGetConfComputeGpusReadyState(unsigned int* accepting) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlUnitGetCount(unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlGetExcludedDeviceCount(unsigned int* count) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlSystemDriverBranchInfo_v1 =
    nvmlStructVersion<nvmlSystemDriverBranchInfo_v1_t>(1);
inline constexpr unsigned int nvmlSystemConfComputeSettings_v1 =
    nvmlStructVersion<nvmlSystemConfComputeSettings_v1_t>(1);
