// Exported calls about the settings of a device.
#include "sectile/nvml_abi/mode.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/board.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

nvmlEnableState_t state_of(bool enabled) {
  return enabled ? NVML_FEATURE_ENABLED : NVML_FEATURE_DISABLED;
}

// What stands between a caller and a setting.
nvmlReturn_t may_set(const Node& node) {
  return may_configure(node) ? NVML_SUCCESS : NVML_ERROR_NO_PERMISSION;
}

nvmlReturn_t set_persistence(Node& node, nvmlDevice_t device, nvmlEnableState_t mode) {
  return with_subject(node, device, [&](const Subject& it) {
    if (it.is_mig()) {
      return NVML_ERROR_NOT_SUPPORTED;
    }
    if (mode > NVML_FEATURE_ENABLED) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    node.gpus.items[it.named.gpu_index].persistence_mode = mode;
    return may_set(node);
  });
}

// A MIG device has a compute mode of its own.
nvmlReturn_t set_compute_mode(Node& node, nvmlDevice_t device, nvmlComputeMode_t mode) {
  return with_subject(node, device, [&](const Subject& it) {
    if (mode >= NVML_COMPUTEMODE_COUNT) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (mode == NVML_COMPUTEMODE_EXCLUSIVE_THREAD) {
      return NVML_ERROR_NOT_SUPPORTED;  // Gone since CUDA 8.
    }
    Gpu& gpu = node.gpus.items[it.named.gpu_index];
    (it.is_mig() ? gpu.instances.at(it.named.gi_id).compute.at(it.named.ci_id).compute_mode
                 : gpu.compute_mode) = mode;
    return may_set(node);
  });
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetPersistenceMode(nvmlDevice_t device, nvmlEnableState_t* mode) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return give(mode, state_of(it.gpu.persistence_mode != 0));
  });
}

nvmlReturn_t nvmlDeviceSetPersistenceMode(nvmlDevice_t device, nvmlEnableState_t mode) noexcept {
  return entry(__func__, [&] {
    return write_node([&](Node& node) { return set_persistence(node, device, mode); });
  });
}

nvmlReturn_t nvmlDeviceGetComputeMode(nvmlDevice_t device, nvmlComputeMode_t* mode) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    const std::uint32_t setting = it.is_mig() ? it.named.ci->compute_mode : it.gpu.compute_mode;
    return give(mode, static_cast<nvmlComputeMode_t>(setting));
  });
}

nvmlReturn_t nvmlDeviceSetComputeMode(nvmlDevice_t device, nvmlComputeMode_t mode) noexcept {
  return entry(__func__, [&] {
    return write_node([&](Node& node) { return set_compute_mode(node, device, mode); });
  });
}

nvmlReturn_t nvmlDeviceGetVirtualizationMode(nvmlDevice_t device,
                                             nvmlGpuVirtualizationMode_t* mode) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(mode, static_cast<nvmlGpuVirtualizationMode_t>(it.gpu.virtualization));
  });
}

nvmlReturn_t nvmlDeviceGetDisplayMode(nvmlDevice_t device, nvmlEnableState_t* display) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give(display, NVML_FEATURE_DISABLED); });
}

nvmlReturn_t nvmlDeviceGetDisplayActive(nvmlDevice_t device, nvmlEnableState_t* active) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give(active, NVML_FEATURE_DISABLED); });
}

// Setting clocks takes root.
nvmlReturn_t nvmlDeviceGetAPIRestriction(nvmlDevice_t device, nvmlRestrictedAPI_t api,
                                         nvmlEnableState_t* restricted) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    return api < NVML_RESTRICTED_API_COUNT ? give(restricted, NVML_FEATURE_ENABLED)
                                           : NVML_ERROR_INVALID_ARGUMENT;
  });
}

// Superchips share their page tables with the CPU (ATS), others can mirror them (HMM).
nvmlReturn_t nvmlDeviceGetAddressingMode(nvmlDevice_t device,
                                         nvmlDeviceAddressingMode_t* mode) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    if (mode == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (mode->version != nvmlDeviceAddressingMode_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    mode->value = is_superchip(it.geometry) ? NVML_DEVICE_ADDRESSING_MODE_ATS
                                            : NVML_DEVICE_ADDRESSING_MODE_HMM;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetC2cModeInfoV(nvmlDevice_t device, nvmlC2cModeInfo_v1_t* info) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(info, nvmlC2cModeInfo_v1_t{.isC2cEnabled = is_superchip(it.geometry) ? 1U : 0U});
  });
}

}  // extern "C"
