// Who uses a GPU: running processes, their share of it, accounting.
#pragma once

#include "sectile/nvml_abi/base.h"

inline constexpr unsigned long long NVML_VALUE_NOT_AVAILABLE = ~0ULL;

extern "C" {

// Of the unversioned calls. The memory is bytes.
struct nvmlProcessInfo_v1_t {
  unsigned int pid;
  unsigned long long usedGpuMemory;
};

// Of the _v2 and _v3 calls. The ids are 0xFFFFFFFF outside MIG.
struct nvmlProcessInfo_v2_t {
  unsigned int pid;
  unsigned long long usedGpuMemory;
  unsigned int gpuInstanceId;
  unsigned int computeInstanceId;
};
using nvmlProcessInfo_t = nvmlProcessInfo_v2_t;

enum nvmlProcessMode_t : unsigned int {
  NVML_PROCESS_MODE_COMPUTE = 0,
  NVML_PROCESS_MODE_GRAPHICS = 1,
  NVML_PROCESS_MODE_MPS = 2,
  NVML_PROCESS_MODE_ALL = 3,
};

struct nvmlProcessDetail_v1_t {
  unsigned int pid;
  unsigned long long usedGpuMemory;
  unsigned int gpuInstanceId;
  unsigned int computeInstanceId;
  unsigned long long usedGpuCcProtectedMemory;
};

struct nvmlProcessDetailList_v1_t {
  unsigned int version;
  unsigned int mode;
  unsigned int numProcArrayEntries;
  nvmlProcessDetail_v1_t* procArray;
};
using nvmlProcessDetailList_t = nvmlProcessDetailList_v1_t;

// Percent; the time is microseconds since the epoch.
struct nvmlProcessUtilizationSample_t {
  unsigned int pid;
  unsigned long long timeStamp;
  unsigned int smUtil;
  unsigned int memUtil;
  unsigned int encUtil;
  unsigned int decUtil;
};

struct nvmlProcessUtilizationInfo_v1_t {
  unsigned long long timeStamp;
  unsigned int pid;
  unsigned int smUtil;
  unsigned int memUtil;
  unsigned int encUtil;
  unsigned int decUtil;
  unsigned int jpgUtil;
  unsigned int ofaUtil;
};

struct nvmlProcessesUtilizationInfo_v1_t {
  unsigned int version;
  unsigned int processSamplesCount;
  unsigned long long lastSeenTimeStamp;
  nvmlProcessUtilizationInfo_v1_t* procUtilArray;
};
using nvmlProcessesUtilizationInfo_t = nvmlProcessesUtilizationInfo_v1_t;

struct nvmlAccountingStats_t {
  unsigned int gpuUtilization;
  unsigned int memoryUtilization;
  unsigned long long maxMemoryUsage;
  unsigned long long time;
  unsigned long long startTime;
  unsigned int isRunning;
  unsigned int reserved[5];
};

// *count is the capacity on entry and what is there on return.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_v1_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_v2_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_v1_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v2(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_v2_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_v1_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses_v2(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_v2_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses_v3(
    nvmlDevice_t device, unsigned int* count, nvmlProcessInfo_t* infos) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetRunningProcessDetailList(nvmlDevice_t device, nvmlProcessDetailList_t* list) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetProcessUtilization(nvmlDevice_t device, nvmlProcessUtilizationSample_t* samples,
                                unsigned int* count, unsigned long long last_seen) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetProcessesUtilizationInfo(
    nvmlDevice_t device, nvmlProcessesUtilizationInfo_t* info) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetAccountingMode(nvmlDevice_t device,
                                                          nvmlEnableState_t* mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetAccountingStats(nvmlDevice_t device, unsigned int pid,
                                                           nvmlAccountingStats_t* stats) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetAccountingPids(nvmlDevice_t device, unsigned int* count,
                                                          unsigned int* pids) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetAccountingBufferSize(nvmlDevice_t device,
                                                                unsigned int* size) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlProcessDetailList_v1 =
    nvmlStructVersion<nvmlProcessDetailList_v1_t>(1);
inline constexpr unsigned int nvmlProcessesUtilizationInfo_v1 =
    nvmlStructVersion<nvmlProcessesUtilizationInfo_v1_t>(1);
