// What the exported MIG functions share: who may ask, and in which state of the GPU.
//
// The order of checks is the driver's: arguments, GPU lost, GPU knows MIG, permission, MIG mode.
// What comes after (profile, then room) is the function's own.
#pragma once

#include <optional>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/handles.h"
#include "src/emulator/session.h"
#include "src/emulator/state.h"
#include "src/emulator/surface/entry.h"

namespace sectile::emulator {

enum class Right { kNone, kMonitor, kConfigure };
enum class Mode { kAny, kOn };

// NVML_SUCCESS if the call may go on with what its handle names.
inline nvmlReturn_t admit(const Node& node, const std::optional<Named>& named, Right right,
                          Mode mode) {
  if (!named) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (named->gpu->lost != 0) {
    return NVML_ERROR_GPU_IS_LOST;
  }
  if (!node.geometry_of(*named->gpu).mig_capable()) {
    return NVML_ERROR_NOT_SUPPORTED;
  }
  // A guest may neither see nor change the instances that its virtual GPU is made of.
  const bool guest = named->gpu->virtualization == Virtual::kVgpu && right != Right::kNone;
  if (guest || (right == Right::kConfigure && !may_configure(node)) ||
      (right == Right::kMonitor && !may_monitor(node))) {
    return NVML_ERROR_NO_PERMISSION;
  }
  return mode == Mode::kOn && named->gpu->current_mode == 0 ? NVML_ERROR_NOT_SUPPORTED
                                                            : NVML_SUCCESS;
}

// The GPU of a handle; nothing for a MIG device's, which MIG calls do not take.
inline std::optional<Named> find_gpu(const Node& node, nvmlDevice_t device) {
  std::optional<Named> named = find_device(node, device);
  return named && !named->is_mig_device() ? named : std::nullopt;
}

inline std::optional<Named> find_named(const Node& node, nvmlDevice_t handle) {
  return find_gpu(node, handle);
}
inline std::optional<Named> find_named(const Node& node, nvmlGpuInstance_t handle) {
  return find_gpu_instance(node, handle);
}
inline std::optional<Named> find_named(const Node& node, nvmlComputeInstance_t handle) {
  return find_compute_instance(node, handle);
}

// Looks; `body` takes (const Node&, const Named&).
template <typename Handle, typename Body>
nvmlReturn_t look(Handle handle, Right right, Mode mode, const Body& body) {
  return read_node([&](const Node& node) {
    const std::optional<Named> named = find_named(node, handle);
    const nvmlReturn_t admitted = admit(node, named, right, mode);
    return admitted == NVML_SUCCESS ? body(node, *named) : admitted;
  });
}

// Changes; always needs the right to configure and MIG mode on. `body` takes (Node&, const Named&).
template <typename Handle, typename Body>
nvmlReturn_t change(Handle handle, Mode mode, const Body& body) {
  return write_node([&](Node& node) {
    const std::optional<Named> named = find_named(node, handle);
    const nvmlReturn_t admitted = admit(node, named, Right::kConfigure, mode);
    return admitted == NVML_SUCCESS ? body(node, *named) : admitted;
  });
}

// What a profile call may be told: drivers up to 535 knew nothing of profiles while MIG was off.
inline Mode profile_mode(const Node& node) {
  return node.driver_branch <= 535 ? Mode::kOn : Mode::kAny;
}

}  // namespace sectile::emulator
