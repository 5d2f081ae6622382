// Exported calls about processes on a GPU, and accounting.
#include <array>
#include <cstdint>
#include <vector>

#include "sectile/nvml_abi/process.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/clock.h"
#include "src/emulator/surface/subject.h"
#include "src/emulator/surface/telemetry.h"

namespace sectile::emulator {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

// With MIG enabled, the GPU's handle shows the processes of all tenants: for privileged eyes only.
// A MIG device shows its own.
bool may_list(const Subject& subject) {
  return subject.is_mig() || !subject.mig_enabled() || may_monitor(subject.node);
}

std::vector<Process> everybody(const Subject& subject) {
  std::vector<Process> found = subject.processes();
  std::erase_if(found, [](const Process& process) { return process.graphics == kSilent; });
  return found;
}

std::vector<Process> computing(const Subject& subject) {
  std::vector<Process> found = subject.processes();
  std::erase_if(found, [](const Process& process) { return process.graphics != 0; });
  return found;
}

std::vector<Process> drawing(const Subject& subject) {
  std::vector<Process> found = subject.processes();
  std::erase_if(found, [](const Process& process) { return process.graphics != 1; });
  return found;
}

// The emulator knows no MPS server, whose clients share one context.
std::vector<Process> nobody(const Subject& /*subject*/) {
  return {};
}

nvmlProcessInfo_v1_t version_1(const Process& process) {
  return {.pid = process.pid, .usedGpuMemory = process.memory * kMiB};
}

nvmlProcessInfo_v2_t version_2(const Process& process) {
  return {.pid = process.pid,
          .usedGpuMemory = process.memory * kMiB,
          .gpuInstanceId = process.gpu_instance,
          .computeInstanceId = process.compute_instance};
}

nvmlProcessDetail_v1_t detail(const Process& process) {
  return {.pid = process.pid,
          .usedGpuMemory = process.memory * kMiB,
          .gpuInstanceId = process.gpu_instance,
          .computeInstanceId = process.compute_instance,
          .usedGpuCcProtectedMemory = 0};
}

template <typename T, typename Select, typename Convert>
nvmlReturn_t list(const Subject& subject, unsigned int* count, T* infos, const Select& select,
                  const Convert& convert) {
  return may_list(subject) ? give_all(select(subject), count, infos, convert)
                           : NVML_ERROR_NO_PERMISSION;
}

nvmlReturn_t list_details(const Subject& subject, nvmlProcessDetailList_t* list) {
  if (list == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (list->version != nvmlProcessDetailList_v1) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  if (list->mode > NVML_PROCESS_MODE_ALL) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (!may_list(subject)) {
    return NVML_ERROR_NO_PERMISSION;
  }
  constexpr std::array kSelect = {computing, drawing, nobody, everybody};
  return give_all(kSelect.at(list->mode)(subject), &list->numProcArrayEntries, list->procArray,
                  detail);
}

nvmlProcessUtilizationSample_t sample(const Process& process) {
  return {.pid = process.pid,
          .timeStamp = now_us(),
          .smUtil = load_of(process),
          .memUtil = load_of(process) * 6 / 10,
          .encUtil = 0,
          .decUtil = 0};
}

nvmlProcessUtilizationInfo_v1_t sample_info(const Process& process) {
  return {.timeStamp = now_us(),
          .pid = process.pid,
          .smUtil = load_of(process),
          .memUtil = load_of(process) * 6 / 10,
          .encUtil = 0,
          .decUtil = 0,
          .jpgUtil = 0,
          .ofaUtil = 0};
}

nvmlReturn_t list_utilization(const Subject& subject, nvmlProcessesUtilizationInfo_t* info) {
  if (info == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (info->version != nvmlProcessesUtilizationInfo_v1) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  if (subject.mig_enabled()) {
    return NVML_ERROR_NOT_SUPPORTED;
  }
  return give_all(subject.processes(), &info->processSamplesCount, info->procUtilArray,
                  sample_info);
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

// Three ABIs of each: the unversioned one has 16-byte elements, _v2 and _v3 have 24.
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(nvmlDevice_t device, unsigned int* count,
                                                  nvmlProcessInfo_v1_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, computing, version_1); });
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t device, unsigned int* count,
                                                     nvmlProcessInfo_v2_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, computing, version_2); });
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned int* count,
                                                     nvmlProcessInfo_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, computing, version_2); });
}

nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses(nvmlDevice_t device, unsigned int* count,
                                                   nvmlProcessInfo_v1_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, drawing, version_1); });
}

nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v2(nvmlDevice_t device, unsigned int* count,
                                                      nvmlProcessInfo_v2_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, drawing, version_2); });
}

nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t device, unsigned int* count,
                                                      nvmlProcessInfo_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, drawing, version_2); });
}

nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses(nvmlDevice_t device, unsigned int* count,
                                                     nvmlProcessInfo_v1_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, nobody, version_1); });
}

nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses_v2(nvmlDevice_t device, unsigned int* count,
                                                        nvmlProcessInfo_v2_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, nobody, version_2); });
}

nvmlReturn_t nvmlDeviceGetMPSComputeRunningProcesses_v3(nvmlDevice_t device, unsigned int* count,
                                                        nvmlProcessInfo_t* infos) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return list(it, count, infos, nobody, version_2); });
}

nvmlReturn_t nvmlDeviceGetRunningProcessDetailList(nvmlDevice_t device,
                                                   nvmlProcessDetailList_t* details) noexcept {
  return on_device(__func__, device, [&](const Subject& it) { return list_details(it, details); });
}

// Readings per process do not exist with MIG enabled, neither on the GPU nor on a MIG device.
nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t device,
                                             nvmlProcessUtilizationSample_t* samples,
                                             unsigned int* count,
                                             unsigned long long /*last_seen*/) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return it.mig_enabled() ? NVML_ERROR_NOT_SUPPORTED
                            : give_all(it.processes(), count, samples, sample);
  });
}

nvmlReturn_t nvmlDeviceGetProcessesUtilizationInfo(nvmlDevice_t device,
                                                   nvmlProcessesUtilizationInfo_t* info) noexcept {
  return on_device(__func__, device, [&](const Subject& it) { return list_utilization(it, info); });
}

// Accounting is off: nobody switched it on, and the setter is not supported.
nvmlReturn_t nvmlDeviceGetAccountingMode(nvmlDevice_t device, nvmlEnableState_t* mode) noexcept {
  return on_device(__func__, device,
                   [&](const Subject&) { return give(mode, NVML_FEATURE_DISABLED); });
}

nvmlReturn_t nvmlDeviceGetAccountingStats(nvmlDevice_t device, unsigned int /*pid*/,
                                          nvmlAccountingStats_t* stats) noexcept {
  return on_device(__func__, device, [&](const Subject&) {
    return stats == nullptr ? NVML_ERROR_INVALID_ARGUMENT : NVML_ERROR_NOT_FOUND;
  });
}

nvmlReturn_t nvmlDeviceGetAccountingPids(nvmlDevice_t device, unsigned int* count,
                                         unsigned int* pids) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return give_all(nobody(it), count, pids, [](const Process& process) { return process.pid; });
  });
}

nvmlReturn_t nvmlDeviceGetAccountingBufferSize(nvmlDevice_t device, unsigned int* size) noexcept {
  return on_device(__func__, device, [&](const Subject&) { return give(size, 4000U); });
}

}  // extern "C"
