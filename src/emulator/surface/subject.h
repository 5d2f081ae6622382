// Subject: what a device handle names, as it is at the moment of the call.
//
// Refers to the state of the node, which no process changes while the call looks at it. Most
// exported calls begin with on_device() or on_gpu() and are a few lines about a Subject.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/handles.h"
#include "src/emulator/session.h"
#include "src/emulator/state.h"
#include "src/emulator/surface/entry.h"

namespace sectile::emulator {

struct Subject {
  const Node& node;
  const Named& named;
  const Gpu& gpu;
  const Geometry& geometry;

  bool is_mig() const { return named.is_mig_device(); }
  bool mig_enabled() const { return gpu.current_mode != 0; }

  // Requires: is_mig().
  const ProfileKind& profile() const { return profile_of(node, named); }
  const ComputeKind& compute() const { return compute_of(node, named); }
  std::uint32_t mig_index() const;

  // Those that live, in order of pid; of the MIG device only, if it is one.
  std::vector<Process> processes() const;
};

// Looks a device up in a node that is being read. INVALID_ARGUMENT for a handle that names nothing
// (any more), GPU_IS_LOST for a GPU that fell off the bus.
template <typename Body>
nvmlReturn_t with_subject(const Node& node, nvmlDevice_t device, const Body& body) {
  const std::optional<Named> named = find_device(node, device);
  if (!named) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (named->gpu->lost != 0) {
    return NVML_ERROR_GPU_IS_LOST;
  }
  return body(Subject{.node = node,
                      .named = *named,
                      .gpu = *named->gpu,
                      .geometry = node.geometry_of(*named->gpu)});
}

// Enters the call and looks the device up; `body` takes a const Subject&.
template <typename Body>
nvmlReturn_t on_device(std::string_view call, nvmlDevice_t device, const Body& body) noexcept {
  return entry(call, [&] {
    return read_node([&](const Node& node) { return with_subject(node, device, body); });
  });
}

// The same for what only a whole GPU has: NOT_SUPPORTED on a MIG device.
template <typename Body>
nvmlReturn_t on_gpu(std::string_view call, nvmlDevice_t device, const Body& body) noexcept {
  return on_device(call, device, [&](const Subject& subject) {
    return subject.is_mig() ? NVML_ERROR_NOT_SUPPORTED : body(subject);
  });
}

// The same for what no GPU in MIG mode measures, neither as a whole nor for its MIG devices.
template <typename Body>
nvmlReturn_t on_gpu_without_mig(std::string_view call, nvmlDevice_t device,
                                const Body& body) noexcept {
  return on_device(call, device, [&](const Subject& subject) {
    return subject.mig_enabled() ? NVML_ERROR_NOT_SUPPORTED : body(subject);
  });
}

// Enters the call and reads the node; `body` takes a const Node&.
template <typename Body>
nvmlReturn_t on_node(std::string_view call, const Body& body) noexcept {
  return entry(call, [&] { return read_node(body); });
}

}  // namespace sectile::emulator
