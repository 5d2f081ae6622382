// The names of MIG devices, and which device became which over a change.
//
// A MIG device has as many names as it has consumers: CUDA takes the UUID (drivers before R470 an
// older form), container runtimes an index or a CDI name, people the profile. UUIDs and indices
// change when instances do, so whoever kept one needs the new one. Values and pure functions; the
// documents are described in docs/formats/uuids.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/geometry/placement.h"

namespace sectile {

// A compute instance as programs see it.
struct MigDevice {
  std::string uuid;  // "MIG-..."; empty if the driver does not say.
  std::string gpu_uuid;
  unsigned gpu_index = 0;     // NVML's, of the GPU.
  unsigned index = 0;         // Of the device on its GPU: ascending GPU instance, compute instance.
  unsigned gpu_instance = 0;  // Ids.
  unsigned compute_instance = 0;
  std::string profile;  // "3g.40gb", or "1c.3g.40gb" for a part of the instance.
  Placement placement;  // Of the GPU instance, in memory slices.
  Placement compute;    // In the GPU instance, in compute slices.

  friend bool operator==(const MigDevice&, const MigDevice&) = default;
};

std::string index_name(const MigDevice& device);   // "0:1": NVIDIA_VISIBLE_DEVICES, docker --gpus.
std::string legacy_name(const MigDevice& device);  // "MIG-GPU-.../1/0": before driver R470.
std::string cdi_name(const MigDevice& device);     // "nvidia.com/gpu=0:1"

// What became of one device. The same device is the one with the same profile at the same place of
// the same GPU, whatever its UUID.
struct MigDeviceChange {
  std::optional<MigDevice> before;  // Absent: new.
  std::optional<MigDevice> after;   // Absent: gone.

  bool kept() const { return before && after && *before == *after; }
};

// In order of GPU and place; devices of `before` without successor come last.
std::vector<MigDeviceChange> match_devices(std::span<const MigDevice> before,
                                           std::span<const MigDevice> after);

// "sectile/uuids/v1": the devices that there are, and what the last change made of those before.
// `changed` is a time such as "2026-01-02T03:04:05Z".
std::string uuids_json(std::span<const MigDevice> before, std::span<const MigDevice> after,
                       std::string_view changed);

}  // namespace sectile
