// Where a device sits: CPUs and memory near it, other devices, NVLink, the NVLink fabric.
#pragma once

#include "sectile/nvml_abi/base.h"
#include "sectile/nvml_abi/device.h"

inline constexpr unsigned int NVML_NVLINK_MAX_LINKS = 36;
inline constexpr unsigned int NVML_GPU_FABRIC_UUID_LEN = 16;

using nvmlAffinityScope_t = unsigned int;
inline constexpr nvmlAffinityScope_t NVML_AFFINITY_SCOPE_NODE = 0;
inline constexpr nvmlAffinityScope_t NVML_AFFINITY_SCOPE_SOCKET = 1;

using nvmlGpuFabricState_t = unsigned char;
inline constexpr nvmlGpuFabricState_t NVML_GPU_FABRIC_STATE_NOT_SUPPORTED = 0;
inline constexpr nvmlGpuFabricState_t NVML_GPU_FABRIC_STATE_NOT_STARTED = 1;
inline constexpr nvmlGpuFabricState_t NVML_GPU_FABRIC_STATE_IN_PROGRESS = 2;
inline constexpr nvmlGpuFabricState_t NVML_GPU_FABRIC_STATE_COMPLETED = 3;

extern "C" {

enum nvmlGpuTopologyLevel_t : unsigned int {
  NVML_TOPOLOGY_INTERNAL = 0,
  NVML_TOPOLOGY_SINGLE = 10,
  NVML_TOPOLOGY_MULTIPLE = 20,
  NVML_TOPOLOGY_HOSTBRIDGE = 30,
  NVML_TOPOLOGY_NODE = 40,
  NVML_TOPOLOGY_SYSTEM = 50,
};

enum nvmlGpuP2PCapsIndex_t : unsigned int {
  NVML_P2P_CAPS_INDEX_READ = 0,
  NVML_P2P_CAPS_INDEX_WRITE = 1,
  NVML_P2P_CAPS_INDEX_NVLINK = 2,
  NVML_P2P_CAPS_INDEX_ATOMICS = 3,
  NVML_P2P_CAPS_INDEX_PCI = 4,
  NVML_P2P_CAPS_INDEX_UNKNOWN = 5,
};

enum nvmlGpuP2PStatus_t : unsigned int {
  NVML_P2P_STATUS_OK = 0,
  NVML_P2P_STATUS_CHIPSET_NOT_SUPPORTED = 1,
  NVML_P2P_STATUS_GPU_NOT_SUPPORTED = 2,
  NVML_P2P_STATUS_IOH_TOPOLOGY_NOT_SUPPORTED = 3,
  NVML_P2P_STATUS_DISABLED_BY_REGKEY = 4,
  NVML_P2P_STATUS_NOT_SUPPORTED = 5,
  NVML_P2P_STATUS_UNKNOWN = 6,
};

enum nvmlNvLinkCapability_t : unsigned int {
  NVML_NVLINK_CAP_P2P_SUPPORTED = 0,
  NVML_NVLINK_CAP_SYSMEM_ACCESS = 1,
  NVML_NVLINK_CAP_P2P_ATOMICS = 2,
  NVML_NVLINK_CAP_SYSMEM_ATOMICS = 3,
  NVML_NVLINK_CAP_SLI_BRIDGE = 4,
  NVML_NVLINK_CAP_VALID = 5,
  NVML_NVLINK_CAP_COUNT = 6,
};

enum nvmlNvLinkErrorCounter_t : unsigned int {
  NVML_NVLINK_ERROR_DL_REPLAY = 0,
  NVML_NVLINK_ERROR_DL_RECOVERY = 1,
  NVML_NVLINK_ERROR_DL_CRC_FLIT = 2,
  NVML_NVLINK_ERROR_DL_CRC_DATA = 3,
  NVML_NVLINK_ERROR_DL_ECC_DATA = 4,
  NVML_NVLINK_ERROR_COUNT = 5,
};

enum nvmlIntNvLinkDeviceType_t : unsigned int {
  NVML_NVLINK_DEVICE_TYPE_GPU = 0,
  NVML_NVLINK_DEVICE_TYPE_IBMNPU = 1,
  NVML_NVLINK_DEVICE_TYPE_SWITCH = 2,
  NVML_NVLINK_DEVICE_TYPE_UNKNOWN = 0xFF,
};

struct nvmlGpuFabricInfo_t {
  unsigned char clusterUuid[NVML_GPU_FABRIC_UUID_LEN];
  nvmlReturn_t status;
  unsigned int cliqueId;
  nvmlGpuFabricState_t state;
};

struct nvmlGpuFabricInfo_v2_t {
  unsigned int version;
  unsigned char clusterUuid[NVML_GPU_FABRIC_UUID_LEN];
  nvmlReturn_t status;
  unsigned int cliqueId;
  nvmlGpuFabricState_t state;
  unsigned int healthMask;
};

struct nvmlGpuFabricInfo_v3_t {
  unsigned int version;
  unsigned char clusterUuid[NVML_GPU_FABRIC_UUID_LEN];
  nvmlReturn_t status;
  unsigned int cliqueId;
  nvmlGpuFabricState_t state;
  unsigned int healthMask;
  unsigned char healthSummary;
};
using nvmlGpuFabricInfoV_t = nvmlGpuFabricInfo_v3_t;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetCpuAffinity(nvmlDevice_t device, unsigned int size,
                                                       unsigned long* cpu_set) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetCpuAffinityWithinScope(nvmlDevice_t device, unsigned int size, unsigned long* cpu_set,
                                    nvmlAffinityScope_t scope) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMemoryAffinity(nvmlDevice_t device, unsigned int size,
                                                          unsigned long* node_set,
                                                          nvmlAffinityScope_t scope) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNumaNodeId(nvmlDevice_t device,
                                                      unsigned int* node) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetTopologyCommonAncestor(
    nvmlDevice_t first, nvmlDevice_t second, nvmlGpuTopologyLevel_t* level) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetTopologyNearestGpus(nvmlDevice_t device,
                                                               nvmlGpuTopologyLevel_t level,
                                                               unsigned int* count,
                                                               nvmlDevice_t* devices) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetP2PStatus(nvmlDevice_t first, nvmlDevice_t second,
                                                     nvmlGpuP2PCapsIndex_t capability,
                                                     nvmlGpuP2PStatus_t* status) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkState(nvmlDevice_t device, unsigned int link,
                                                       nvmlEnableState_t* active) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkVersion(nvmlDevice_t device, unsigned int link,
                                                         unsigned int* version) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkCapability(nvmlDevice_t device, unsigned int link,
                                                            nvmlNvLinkCapability_t capability,
                                                            unsigned int* result) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo(nvmlDevice_t device,
                                                               unsigned int link,
                                                               nvmlPciInfo_v2_t* pci) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo_v2(nvmlDevice_t device,
                                                                  unsigned int link,
                                                                  nvmlPciInfo_t* pci) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkErrorCounter(nvmlDevice_t device,
                                                              unsigned int link,
                                                              nvmlNvLinkErrorCounter_t counter,
                                                              unsigned long long* value) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNvLinkRemoteDeviceType(
    nvmlDevice_t device, unsigned int link, nvmlIntNvLinkDeviceType_t* type) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t device,
                                                         nvmlGpuFabricInfo_t* info) noexcept;
// `info` may point to v2 or v3: its tag says which.
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGpuFabricInfoV(nvmlDevice_t device,
                                                          nvmlGpuFabricInfoV_t* info) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlGpuFabricInfo_v2 = nvmlStructVersion<nvmlGpuFabricInfo_v2_t>(2);
inline constexpr unsigned int nvmlGpuFabricInfo_v3 = nvmlStructVersion<nvmlGpuFabricInfo_v3_t>(3);
