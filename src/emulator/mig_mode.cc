// Exported calls about the MIG mode.
#include "sectile/nvml_abi/mig.h"
#include "src/emulator/mig_change.h"
#include "src/emulator/mig_entry.h"

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int* current_mode,
                                  unsigned int* pending_mode) noexcept {
  return entry(__func__, [&] {
    if (current_mode == nullptr || pending_mode == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(device, Right::kNone, Mode::kAny, [&](const Node&, const Named& named) {
      *current_mode = named.gpu->current_mode;
      *pending_mode = named.gpu->pending_mode;
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceSetMigMode(nvmlDevice_t device, unsigned int mode,
                                  nvmlReturn_t* activation_status) noexcept {
  return entry(__func__, [&] {
    if (activation_status == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return change(device, Mode::kAny, [&](Node& node, const Named& named) {
      if (mode != NVML_DEVICE_MIG_DISABLE && mode != NVML_DEVICE_MIG_ENABLE) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      return set_mode(node, named.gpu_index, mode, *activation_status);
    });
  });
}

}  // extern "C"
