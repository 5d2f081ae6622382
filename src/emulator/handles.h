// Handles: the opaque values that clients hold, and what they name.
//
// A handle is no address. It encodes a kind, a GPU, an instance and the generation of that
// instance, so a handle to something destroyed is recognised even after its place was taken again.
// The upper bits keep it outside every address space, so nothing (Go's collector included) can
// mistake it for a pointer. Pure functions of the node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// What a handle names. Pointers are into the node that was asked, and valid as long as it is.
struct Named {
  std::uint32_t gpu_index = 0;
  const Gpu* gpu = nullptr;
  std::uint32_t gi_id = kNoId;
  const GpuInstance* gi = nullptr;
  std::uint32_t ci_id = kNoId;
  const ComputeInstance* ci = nullptr;

  bool is_mig_device() const { return ci != nullptr; }
};

nvmlDevice_t gpu_device_handle(std::uint32_t gpu_index);
nvmlDevice_t mig_device_handle(const Named& named);                 // Requires: named.ci
nvmlGpuInstance_t gpu_instance_handle(const Named& named);          // Requires: named.gi
nvmlComputeInstance_t compute_instance_handle(const Named& named);  // Requires: named.ci

// nothing: the handle was never given out, or what it named is gone.
std::optional<Named> find_device(const Node& node, nvmlDevice_t handle);
std::optional<Named> find_gpu_instance(const Node& node, nvmlGpuInstance_t handle);
std::optional<Named> find_compute_instance(const Node& node, nvmlComputeInstance_t handle);

std::optional<Named> find_gpu_instance_by_id(const Node& node, std::uint32_t gpu_index,
                                             std::uint32_t gi_id);

// In order of id.
std::vector<Named> gpu_instances(const Node& node, std::uint32_t gpu_index);
std::vector<Named> compute_instances(const Node& node, const Named& gpu_instance);

// The MIG devices of a GPU, in order of GI id, then CI id: position is NVML's MIG index.
std::vector<Named> mig_devices(const Node& node, std::uint32_t gpu_index);

const ProfileKind& profile_of(const Node& node, const Named& named);  // Requires: named.gi
const ComputeKind& compute_of(const Node& node, const Named& named);  // Requires: named.ci

// "GPU-..." or "MIG-...". The latter is a function of the GPU and the place, so that an instance
// that is created again in the same place has the same UUID again.
std::string uuid_of(const Named& named);

// "NVIDIA A30", "NVIDIA A30 MIG 1g.6gb", "NVIDIA A30 MIG 1c.2g.12gb".
std::string name_of(const Node& node, const Named& named);

// Accepts "GPU-...", "MIG-..." and, as drivers before R470 wrote it, "MIG-GPU-.../GI/CI".
std::optional<nvmlDevice_t> find_by_uuid(const Node& node, std::string_view uuid);

// A UUID of version 5's form, from the SHA-1 of the text: "8c2f0b1e-....-5...-....".
std::string uuid_from(std::string_view text);

}  // namespace sectile::emulator
