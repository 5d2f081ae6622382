// The sysroot: the files of /proc and /sys that NVML's clients read beside NVML, written under a
// directory of the emulated node. A test binds them over the real ones in a mount namespace.
//
//     proc/driver/nvidia-caps/mig-minors      every capability there can be, with its device minor
//     proc/driver/nvidia/capabilities/        those of the instances that exist
//     proc/driver/nvidia/version, proc/modules
//     dev/nvidiactl, dev/nvidia0, dev/nvidia-caps/nvidia-cap12     empty files
//     sys/bus/pci/devices/DOMAIN:BUS:SLOT.0/  vendor, device, class, config, resource, driver ...
//
// Source: NVIDIA's MIG user guide, "Device Nodes and Capabilities"; the open kernel driver.
#pragma once

#include <cstdint>
#include <string>

#include "sectile/base/result.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// STATE/sysroot.
std::string sysroot_of(const std::string& state_directory);

// Writes everything. Makes the directory. Fails with kFailed if something cannot be written.
Status write_sysroot(const Node& node, const std::string& sysroot);

// Makes proc/driver/nvidia/capabilities name the instances that exist. Best effort and cheap; does
// nothing if there is no sysroot.
void refresh_capabilities(const Node& node, const std::string& sysroot) noexcept;

// "nvidia-caps/nvidia-cap12"
inline std::string capability_device(std::uint32_t minor) {
  return "nvidia-caps/nvidia-cap" + std::to_string(minor);
}

// Device minors of /dev/nvidia-caps.
constexpr std::uint32_t kConfigMinor = 1;
constexpr std::uint32_t kMonitorMinor = 2;
constexpr std::uint32_t gpu_instance_minor(std::uint32_t gpu_minor, std::uint32_t gi_id) {
  return 3 + 135 * gpu_minor + 9 * gi_id;
}
constexpr std::uint32_t compute_instance_minor(std::uint32_t gpu_minor, std::uint32_t gi_id,
                                               std::uint32_t ci_id) {
  return gpu_instance_minor(gpu_minor, gi_id) + 1 + ci_id;
}

}  // namespace sectile::emulator
