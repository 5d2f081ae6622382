// Events: something happened on a device, such as an Xid or a change of its MIG configuration.
#pragma once

#include "sectile/nvml_abi/base.h"

inline constexpr unsigned long long nvmlEventTypeNone = 0x0;
inline constexpr unsigned long long nvmlEventTypeSingleBitEccError = 0x1;
inline constexpr unsigned long long nvmlEventTypeDoubleBitEccError = 0x2;
inline constexpr unsigned long long nvmlEventTypePState = 0x4;
inline constexpr unsigned long long nvmlEventTypeXidCriticalError = 0x8;
inline constexpr unsigned long long nvmlEventTypeClock = 0x10;
inline constexpr unsigned long long nvmlEventTypePowerSourceChange = 0x80;
inline constexpr unsigned long long nvmlEventMigConfigChange = 0x100;
inline constexpr unsigned long long nvmlEventTypeSingleBitEccErrorStorm = 0x200;
inline constexpr unsigned long long nvmlEventTypeDramRetirementEvent = 0x400;
inline constexpr unsigned long long nvmlEventTypeDramRetirementFailure = 0x800;
inline constexpr unsigned long long nvmlEventTypeNonFatalPoisonError = 0x1000;
inline constexpr unsigned long long nvmlEventTypeFatalPoisonError = 0x2000;
inline constexpr unsigned long long nvmlEventTypeGpuUnavailableError = 0x4000;
inline constexpr unsigned long long nvmlEventTypeGpuRecoveryAction = 0x8000;

extern "C" {

// Of the unversioned nvmlEventSetWait.
struct nvmlEventData_v1_t {
  nvmlDevice_t device;
  unsigned long long eventType;
  unsigned long long eventData;
};

// The ids are 0xFFFFFFFF when the event concerns no instance.
struct nvmlEventData_t {
  nvmlDevice_t device;
  unsigned long long eventType;
  unsigned long long eventData;
  unsigned int gpuInstanceId;
  unsigned int computeInstanceId;
};

SECTILE_NVML_API nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t* set) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlEventSetWait(nvmlEventSet_t set, nvmlEventData_v1_t* data,
                                               unsigned int timeout_ms) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t* data,
                                                  unsigned int timeout_ms) noexcept;
SECTILE_NVML_API nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device,
                                                       unsigned long long event_types,
                                                       nvmlEventSet_t set) noexcept;
SECTILE_NVML_API nvmlReturn_t
nvmlDeviceGetSupportedEventTypes(nvmlDevice_t device, unsigned long long* event_types) noexcept;

}  // extern "C"
