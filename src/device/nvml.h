// Nvml: NVIDIA's management library as a table of functions.
//
// The functions are members, so a test can put its own in their place. A name that the library does
// not export behaves like a call that returns NVML_ERROR_FUNCTION_NOT_FOUND, so that old drivers
// need no special case. Not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sectile/base/result.h"
#include "sectile/device/call_watch.h"
#include "sectile/nvml_abi/nvml.h"

namespace sectile {

template <typename Signature>
class NvmlFunction;

// One exported function: its name, and what to call.
template <typename... Arguments>
class NvmlFunction<nvmlReturn_t(Arguments...) noexcept> {
 public:
  explicit NvmlFunction(const char* name) : name_(name) {}

  nvmlReturn_t operator()(Arguments... arguments) const {
    return target ? target(arguments...) : NVML_ERROR_FUNCTION_NOT_FOUND;
  }
  const char* name() const { return name_; }

  using Pointer = nvmlReturn_t (*)(Arguments...) noexcept;
  std::function<nvmlReturn_t(Arguments...)> target;  // Empty: the library has no such function.

 private:
  const char* name_;
};

// What Sectile calls. Versioned names come with the older ones that stand in for them.
#define SECTILE_NVML_TABLE(X)                        \
  X(Init_v2)                                         \
  X(Shutdown)                                        \
  X(SystemGetDriverVersion)                          \
  X(SystemGetNVMLVersion)                            \
  X(DeviceGetCount_v2)                               \
  X(DeviceGetHandleByIndex_v2)                       \
  X(DeviceGetHandleByUUID)                           \
  X(DeviceGetUUID)                                   \
  X(DeviceGetName)                                   \
  X(DeviceGetPciInfo_v3)                             \
  X(DeviceGetMinorNumber)                            \
  X(DeviceGetPersistenceMode)                        \
  X(DeviceGetArchitecture)                           \
  X(DeviceGetCudaComputeCapability)                  \
  X(DeviceGetMemoryInfo)                             \
  X(DeviceGetVirtualizationMode)                     \
  X(DeviceGetFieldValues)                            \
  X(DeviceGetP2PStatus)                              \
  X(DeviceGetMigMode)                                \
  X(DeviceSetMigMode)                                \
  X(DeviceGetGpuInstanceProfileInfo)                 \
  X(DeviceGetGpuInstanceProfileInfoV)                \
  X(DeviceGetGpuInstancePossiblePlacements)          \
  X(DeviceGetGpuInstancePossiblePlacements_v2)       \
  X(DeviceGetGpuInstances)                           \
  X(DeviceGetGpuInstanceById)                        \
  X(DeviceCreateGpuInstanceWithPlacement)            \
  X(GpuInstanceGetInfo)                              \
  X(GpuInstanceDestroy)                              \
  X(GpuInstanceGetComputeInstanceProfileInfo)        \
  X(GpuInstanceGetComputeInstancePossiblePlacements) \
  X(GpuInstanceGetComputeInstances)                  \
  X(GpuInstanceGetComputeInstanceById)               \
  X(GpuInstanceCreateComputeInstance)                \
  X(GpuInstanceCreateComputeInstanceWithPlacement)   \
  X(ComputeInstanceGetInfo)                          \
  X(ComputeInstanceGetInfo_v2)                       \
  X(ComputeInstanceDestroy)                          \
  X(DeviceGetMaxMigDeviceCount)                      \
  X(DeviceGetMigDeviceHandleByIndex)                 \
  X(DeviceGetGpuInstanceId)                          \
  X(DeviceGetComputeInstanceId)                      \
  X(DeviceGetComputeRunningProcesses)                \
  X(DeviceGetComputeRunningProcesses_v2)             \
  X(DeviceGetComputeRunningProcesses_v3)             \
  X(DeviceGetGraphicsRunningProcesses)               \
  X(DeviceGetGraphicsRunningProcesses_v2)            \
  X(DeviceGetGraphicsRunningProcesses_v3)            \
  X(DeviceGetMPSComputeRunningProcesses)             \
  X(DeviceGetMPSComputeRunningProcesses_v2)          \
  X(DeviceGetMPSComputeRunningProcesses_v3)

// Members bear NVML's names without the prefix: table.DeviceGetMigMode(...).
struct NvmlTable {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name takes none.
#define SECTILE_MEMBER(name) NvmlFunction<decltype(::nvml##name)> name{"nvml" #name};
  SECTILE_NVML_TABLE(SECTILE_MEMBER)
#undef SECTILE_MEMBER

  template <typename Visitor>
  void for_each(Visitor&& visitor) {
#define SECTILE_VISIT(name) visitor(name);
    SECTILE_NVML_TABLE(SECTILE_VISIT)
#undef SECTILE_VISIT
  }
};

class Nvml : public NvmlTable {
 public:
  // Loads and initialises `library`; empty: $SECTILE_NVML, or else libnvidia-ml.so.1. Fails with
  // kUnavailable if it is not there, is no NVML, or finds no driver. `watch`, if there is one, is
  // told of every call and must outlive this.
  static Result<std::unique_ptr<Nvml>> open(const std::string& library, CallWatch* watch = nullptr);

  // Takes a table and initialises it.
  static Result<std::unique_ptr<Nvml>> start(const NvmlTable& table, CallWatch* watch = nullptr);

  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  Nvml(Nvml&&) = delete;
  Nvml& operator=(Nvml&&) = delete;
  ~Nvml();

  // Shuts NVML down while `work` runs and initialises it again, also if the work failed: a GPU
  // cannot be reset while anybody holds it open, ourselves included.
  Status without(const std::function<Status()>& work);

  // Says for the watch what the next calls are about: "gpu 3 (GPU-...)".
  void about(const std::string& subject) const { subject_ = subject; }
  // The same by UUID, unless it is known already with the index that people want.
  void about_uuid(const std::string& uuid) const;
  CallWatch* watch() const { return watch_; }

  // Waits between two looks at a driver that lags; tests do not wait.
  std::function<void(std::chrono::milliseconds)> pause;

 private:
  Nvml(const NvmlTable& table, CallWatch* watch);

  CallWatch* watch_ = nullptr;
  mutable std::string subject_;  // Told to the watch; no state of the driver's.
  bool running_ = false;
};

}  // namespace sectile
