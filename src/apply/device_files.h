// The device files of NVIDIA's driver: what an open one says about whom its process keeps busy.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sectile/apply/holders.h"
#include "sectile/apply/host_paths.h"
#include "sectile/device/snapshot.h"

namespace sectile {

// What a device file is, by its name or its number.
struct DeviceFile {
  enum class Kind : std::uint8_t {
    kGpu,         // /dev/nvidia3: `number` is the GPU's minor, which need not be its index.
    kCapability,  // /dev/nvidia-caps/nvidia-cap12
    kCard,        // /dev/dri/card1
    kRender,      // /dev/dri/renderD129
    kControl,     // /dev/nvidiactl, nvidia-uvm, nvidia-modeset, nvidia-nvswitch0 ...
  };
  Kind kind = Kind::kControl;
  unsigned number = 0;

  friend bool operator==(const DeviceFile&, const DeviceFile&) = default;
};

// By the path that an open descriptor has. Nothing if it is none of the driver's.
std::optional<DeviceFile> device_file_named(std::string_view path);

// The instance that a capability's device file opens.
struct Capability {
  std::string gpu;  // UUID.
  GpuInstanceId gpu_instance;
  std::optional<ComputeInstanceId> compute_instance;
};

// Those of the instances that exist, by the minor of the device file; none if the driver's table
// cannot be read.
std::map<unsigned, Capability> read_capabilities(const Snapshot& snapshot, const HostPaths& paths);

// The device files of one machine.
class DeviceFiles {
 public:
  DeviceFiles(const Snapshot& snapshot, const HostPaths& paths);

  // What it means to have `link` open, the text of /proc/PID/fd/N. `number`: the device's, if it
  // is a character device; it outweighs the name, which a container may have changed.
  std::optional<Hold> hold(std::string_view link, std::optional<dev_t> number) const;

  // Whether `link` may be one of the driver's, so that asking for its number is worth while.
  bool worth_asking(std::string_view link) const;

 private:
  std::optional<DeviceFile> file_numbered(dev_t number) const;
  std::string gpu_of_display(const DeviceFile& file) const;

  std::string dev_;                              // "/dev/"
  bool real_ = true;                             // Otherwise device numbers mean another machine.
  std::map<unsigned, std::string> gpus_;         // UUID by minor.
  std::map<unsigned, Capability> capabilities_;  // By minor.
  std::map<std::string, std::string> displays_;  // UUID by name: "card1", "renderD129".
  unsigned capability_major_ = 0;                // 0: there are none.
  unsigned memory_major_ = 0;                    // Of nvidia-uvm.
};

}  // namespace sectile
