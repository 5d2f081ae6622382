// Finding devices, and who they are: names, identifiers, addresses on the bus.
#pragma once

#include "sectile/nvml_abi/base.h"

// Buffer sizes that callers commonly pass.
inline constexpr unsigned int NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE = 32;
inline constexpr unsigned int NVML_DEVICE_PCI_BUS_ID_BUFFER_V2_SIZE = 16;
inline constexpr unsigned int NVML_DEVICE_INFOROM_VERSION_BUFFER_SIZE = 16;
inline constexpr unsigned int NVML_DEVICE_UUID_BUFFER_SIZE = 80;
inline constexpr unsigned int NVML_DEVICE_UUID_V2_BUFFER_SIZE = 96;
inline constexpr unsigned int NVML_DEVICE_PART_NUMBER_BUFFER_SIZE = 80;
inline constexpr unsigned int NVML_DEVICE_NAME_BUFFER_SIZE = 64;
inline constexpr unsigned int NVML_DEVICE_NAME_V2_BUFFER_SIZE = 96;
inline constexpr unsigned int NVML_DEVICE_SERIAL_BUFFER_SIZE = 30;
inline constexpr unsigned int NVML_DEVICE_VBIOS_VERSION_BUFFER_SIZE = 32;
inline constexpr unsigned int NVML_GSP_FIRMWARE_VERSION_BUF_SIZE = 64;
inline constexpr unsigned int NVML_DEVICE_UUID_ASCII_LEN = 41;
inline constexpr unsigned int NVML_DEVICE_UUID_BINARY_LEN = 16;

using nvmlDeviceArchitecture_t = unsigned int;
inline constexpr nvmlDeviceArchitecture_t NVML_DEVICE_ARCH_AMPERE = 7;
inline constexpr nvmlDeviceArchitecture_t NVML_DEVICE_ARCH_ADA = 8;
inline constexpr nvmlDeviceArchitecture_t NVML_DEVICE_ARCH_HOPPER = 9;
inline constexpr nvmlDeviceArchitecture_t NVML_DEVICE_ARCH_BLACKWELL = 10;
inline constexpr nvmlDeviceArchitecture_t NVML_DEVICE_ARCH_RUBIN = 13;
inline constexpr nvmlDeviceArchitecture_t NVML_DEVICE_ARCH_UNKNOWN = 0xFFFFFFFF;

using nvmlBusType_t = unsigned int;
inline constexpr nvmlBusType_t NVML_BUS_TYPE_PCIE = 2;

extern "C" {

enum nvmlBrandType_t : unsigned int {
  NVML_BRAND_UNKNOWN = 0,
  NVML_BRAND_QUADRO = 1,
  NVML_BRAND_TESLA = 2,
  NVML_BRAND_NVIDIA_RTX = 13,
  NVML_BRAND_NVIDIA = 14,
  NVML_BRAND_COUNT = 20,
};

enum nvmlInforomObject_t : unsigned int {
  NVML_INFOROM_OEM = 0,
  NVML_INFOROM_ECC = 1,
  NVML_INFOROM_POWER = 2,
  NVML_INFOROM_DEN = 3,
  NVML_INFOROM_COUNT = 4,
};

// Of the unversioned nvmlDeviceGetPciInfo, from before NVML 3.
struct nvmlPciInfo_v1_t {
  char busId[NVML_DEVICE_PCI_BUS_ID_BUFFER_V2_SIZE];
  unsigned int domain;
  unsigned int bus;
  unsigned int device;
  unsigned int pciDeviceId;
};

// Of nvmlDeviceGetPciInfo_v2.
struct nvmlPciInfo_v2_t {
  char busId[NVML_DEVICE_PCI_BUS_ID_BUFFER_V2_SIZE];
  unsigned int domain;
  unsigned int bus;
  unsigned int device;
  unsigned int pciDeviceId;
  unsigned int pciSubSystemId;
  unsigned int reserved[4];
};

struct nvmlPciInfo_t {
  char busIdLegacy[NVML_DEVICE_PCI_BUS_ID_BUFFER_V2_SIZE];  // "%04X:%02X:%02X.0"
  unsigned int domain;
  unsigned int bus;
  unsigned int device;
  unsigned int pciDeviceId;  // Device in the upper half, vendor in the lower: 0x20B010DE.
  unsigned int pciSubSystemId;
  char busId[NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE];  // "%08X:%02X:%02X.0"
};

struct nvmlPciInfoExt_v1_t {
  unsigned int version;
  unsigned int domain;
  unsigned int bus;
  unsigned int device;
  unsigned int pciDeviceId;
  unsigned int pciSubSystemId;
  unsigned int baseClass;
  unsigned int subClass;
  char busId[NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE];
};
using nvmlPciInfoExt_t = nvmlPciInfoExt_v1_t;

enum nvmlUUIDType_t : unsigned int {
  NVML_UUID_TYPE_NONE = 0,
  NVML_UUID_TYPE_ASCII = 1,
  NVML_UUID_TYPE_BINARY = 2,
};

union nvmlUUIDValue_t {
  char str[NVML_DEVICE_UUID_ASCII_LEN];
  unsigned char bytes[NVML_DEVICE_UUID_BINARY_LEN];
};

struct nvmlUUID_v1_t {
  unsigned int version;
  unsigned int type;
  nvmlUUIDValue_t value;
};
using nvmlUUID_t = nvmlUUID_v1_t;

struct nvmlPdi_v1_t {
  unsigned int version;
  unsigned long long value;
};
using nvmlPdi_t = nvmlPdi_v1_t;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetCount(unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int* count) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleByIndex(unsigned int index,
                                                         nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index,
                                                            nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleBySerial(const char* serial,
                                                          nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleByUUID(const char* uuid,
                                                        nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleByUUIDV(const nvmlUUID_t* uuid,
                                                         nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleByPciBusId(const char* bus_id,
                                                            nvmlDevice_t* device) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char* bus_id,
                                                               nvmlDevice_t* device) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char* name,
                                                unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetBrand(nvmlDevice_t device,
                                                 nvmlBrandType_t* brand) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int* index) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetSerial(nvmlDevice_t device, char* serial,
                                                  unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char* uuid,
                                                unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device,
                                                       unsigned int* minor) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetModuleId(nvmlDevice_t device,
                                                    unsigned int* module_id) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPdi(nvmlDevice_t device, nvmlPdi_t* pdi) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetBoardId(nvmlDevice_t device,
                                                   unsigned int* board_id) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMultiGpuBoard(nvmlDevice_t device,
                                                         unsigned int* multi) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceOnSameBoard(nvmlDevice_t first, nvmlDevice_t second,
                                                    int* on_same_board) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetBoardPartNumber(nvmlDevice_t device, char* number,
                                                           unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetVbiosVersion(nvmlDevice_t device, char* version,
                                                        unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetInforomVersion(nvmlDevice_t device,
                                                          nvmlInforomObject_t object, char* version,
                                                          unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetInforomImageVersion(nvmlDevice_t device, char* version,
                                                               unsigned int length) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGspFirmwareVersion(nvmlDevice_t device,
                                                              char* version) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetGspFirmwareMode(nvmlDevice_t device,
                                                           unsigned int* enabled,
                                                           unsigned int* default_mode) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetArchitecture(nvmlDevice_t device,
                                                        nvmlDeviceArchitecture_t* value) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int* major,
                                                                 int* minor) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetNumGpuCores(nvmlDevice_t device,
                                                       unsigned int* cores) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetMemoryBusWidth(nvmlDevice_t device,
                                                          unsigned int* bits) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetIrqNum(nvmlDevice_t device, unsigned int* irq) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetBusType(nvmlDevice_t device,
                                                   nvmlBusType_t* type) noexcept;

SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPciInfo(nvmlDevice_t device,
                                                   nvmlPciInfo_v1_t* pci) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPciInfo_v2(nvmlDevice_t device,
                                                      nvmlPciInfo_v2_t* pci) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device,
                                                      nvmlPciInfo_t* pci) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceGetPciInfoExt(nvmlDevice_t device,
                                                      nvmlPciInfoExt_t* pci) noexcept;

}  // extern "C"

inline constexpr unsigned int nvmlPciInfoExt_v1 = nvmlStructVersion<nvmlPciInfoExt_v1_t>(1);
inline constexpr unsigned int nvmlUUID_v1 = nvmlStructVersion<nvmlUUID_v1_t>(1);
inline constexpr unsigned int nvmlPdi_v1 = nvmlStructVersion<nvmlPdi_v1_t>(1);
