// Snapshot: everything Sectile knows about a node's GPUs, read through NVML in one go.
//
// Values without handles: a snapshot outlives the driver. GPUs are identified by UUID; the index is
// only for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sectile/base/id.h"
#include "sectile/base/mib.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

using GpuInstanceId = Id<struct GpuInstanceIdTag>;          // Unique on one GPU; says no placement.
using ComputeInstanceId = Id<struct ComputeInstanceIdTag>;  // Unique in one GPU instance.

// A process on a GPU as NVML reports it, with what /proc adds.
struct GpuProcess {
  std::uint32_t pid = 0;
  std::string command;                        // Command line; empty if it cannot be read.
  MiB memory;                                 // Used GPU memory; 0 if the driver does not say.
  std::optional<GpuInstanceId> gpu_instance;  // Absent on a GPU without MIG.
  std::optional<ComputeInstanceId> compute_instance;

  friend bool operator==(const GpuProcess&, const GpuProcess&) = default;
};

struct LiveCompute {
  ComputeInstanceId id;
  ComputeSlot slot;
  std::string uuid;  // "MIG-..." of the MIG device; may be empty if the driver does not say.

  friend bool operator==(const LiveCompute&, const LiveCompute&) = default;
};

struct LiveInstance {
  GpuInstanceId id;
  ProfileId profile;
  Placement placement;
  std::vector<LiveCompute> compute;  // Ascending id.

  friend bool operator==(const LiveInstance&, const LiveInstance&) = default;
};

enum class MigMode : std::uint8_t { kNotCapable, kDisabled, kEnabled };

// Where this machine has a GPU from.
enum class Virtualization : std::uint8_t {
  kUnknown,      // The driver does not say.
  kNone,         // It is a real machine's own.
  kPassthrough,  // The whole GPU was given to this virtual machine.
  kVgpu,         // A virtual GPU of a host, who decides about its MIG mode and instances.
  kHost,         // This machine is such a host.
};

struct LiveGpu {
  std::string uuid;               // "GPU-..."
  unsigned index = 0;             // NVML's; only for people.
  std::string name;               // Product name.
  std::string pci;                // "00000000:07:00.0"
  std::optional<unsigned> minor;  // Of /dev/nvidiaN; differs from the index. Absent: not known.
  std::uint16_t pci_device = 0;
  std::optional<bool> persistence;  // Whether the driver keeps it ready while nobody uses it.
  std::size_t model = 0;            // Index into Snapshot::models; meaningless if not capable.
  MigMode mode = MigMode::kNotCapable;
  MigMode pending = MigMode::kNotCapable;  // Differs from `mode` until a reset or reboot.
  Virtualization virtualization = Virtualization::kUnknown;
  // Whether a new mode is current without a reset; absent if the driver does not say.
  std::optional<bool> resetless;
  std::vector<LiveInstance> instances;  // Ascending placement.
  std::vector<GpuProcess> processes;
  Layout layout;  // The instances as a value.

  bool capable() const { return mode != MigMode::kNotCapable; }
  // Processes inside the instance.
  std::vector<GpuProcess> holders(const LiveInstance& instance) const;
  const LiveInstance* find(const Placement& placement) const;
};

struct Snapshot {
  std::string driver_version;  // "570.133.20"
  std::string nvml_version;
  std::vector<Model> models;  // Geometry as NVML told it, the catalogue filling what it left out.
  std::vector<LiveGpu> gpus;  // Ascending index.
  std::vector<std::string> warnings;  // What could not be read, and why.

  const Model& model_of(const LiveGpu& gpu) const { return models[gpu.model]; }
  const LiveGpu* find(const std::string& uuid) const;
};

}  // namespace sectile
