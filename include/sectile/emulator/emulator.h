// The emulator from outside: makes emulated nodes and changes what no NVML call can.
//
// An emulated node is a state directory. A program sees it by loading the emulator's
// libnvidia-ml.so.1 with SECTILE_EMULATOR_STATE naming the directory; every process that does
// shares one node. The functions here make such a directory from a description, let processes
// occupy GPUs, reset GPUs, and script faults. They are safe beside programs that use the node.
//
// Errors: kUnavailable if there is no node in the directory, kStale if another version of the
// emulator made it, kFailed if it is damaged or cannot be written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/mib.h"
#include "sectile/base/result.h"
#include "sectile/geometry/model.h"

namespace sectile::emulator {

// The environment variable that names the state directory.
inline constexpr const char* kStateEnvironment = "SECTILE_EMULATOR_STATE";

// When a change of the MIG mode takes effect.
enum class Toggle : std::uint8_t {
  kByModel,      // What the model's real GPUs do: kResetIfIdle on Ampere, kImmediate later.
  kImmediate,    // At once; refused while a process is on the GPU.
  kResetIfIdle,  // At once if nothing runs on the GPU; else pending until it is reset.
  kReset,        // Always pending until the GPU is reset, as with a GPU passed through to a guest.
};

// Where a GPU is used: what NVML calls its virtualisation mode.
enum class Place : std::uint8_t {
  kBareMetal,
  // In a virtual machine that has the whole GPU. Only a reboot of the machine resets it, so a mode
  // that needs a reset stays pending until then.
  kPassthrough,
  kVgpu,      // A virtual GPU in a virtual machine: its host decides about MIG.
  kVgpuHost,  // The host of virtual GPUs.
};

// What processes without root's rights may do.
enum class Access : std::uint8_t {
  kRootOnly,  // As on a fresh machine: only root sees others' instances and changes MIG.
  kMonitor,   // As with NVIDIA's mig/monitor capability: sees all instances.
  kConfig,    // As with mig/config: changes MIG too.
};

// A GPU instance to begin with.
struct InitialInstance {
  ProfileId profile;
  std::optional<int> start = {};  // First memory slice; else where the driver would put it.
  // Ids of compute instance profiles, created in this order. None: one that fills the instance.
  std::vector<ComputeProfileId> compute = {};
  bool bare = false;  // Without any compute instance.
};

// `count` GPUs that are alike.
struct GpuDescription {
  const Model* model = nullptr;  // Required. Copied: custom models work.
  int count = 1;
  bool swapped = false;     // GPU instance ids mirrored by half, as on boards such as A100 PCIe.
  bool mig_capable = true;  // false: a GPU that knows no MIG.
  Toggle toggle = Toggle::kByModel;
  Place place = Place::kBareMetal;
  bool mig_enabled = false;       // To begin with. `instances` needs it.
  bool lost = false;              // "Fallen off the bus": every call answers GPU_IS_LOST.
  std::string product_name = {};  // Instead of the model's first one.
  std::optional<std::uint16_t> pci_device = {};  // Instead of the model's first one.
  std::string uuid = {};  // "GPU-...", for count 1 only. Else made from the seed.
  std::vector<InitialInstance> instances = {};  // In order of creation.
};

// A process that occupies a GPU of the node. It must be alive, and counts as long as it lives.
struct Occupant {
  std::uint32_t pid = 0;
  int gpu = 0;                                         // NVML index.
  std::optional<std::uint32_t> gpu_instance = {};      // Ids; none: on the bare GPU.
  std::optional<std::uint32_t> compute_instance = {};  // Default: the only one of the instance.
  MiB memory = {512};
  bool graphics = false;
  bool listed = true;     // false: it has the GPU open, and NVML's lists do not show it.
  std::string name = {};  // Default: the process's own command.
};

struct NodeDescription {
  std::vector<GpuDescription> gpus = {};  // In order of PCI address; 16 GPUs, 8 models at most.
  int driver_branch = 580;                // 535, 570 or 580.
  std::string driver_version = {};        // Default: a real one of the branch.
  Access access = Access::kRootOnly;
  std::string seed = "sectile";  // UUIDs and serial numbers are made from it.
  std::string faults = {};       // A fault script, see check_faults().
  std::vector<Occupant> occupants = {};
  bool sysroot = false;  // Also write DIRECTORY/sysroot, see write_sysroot_files().
};

// Makes the directory if need be, and the node in it. Fails with kInvalidArgument for a description
// that contradicts itself, kUnsatisfiable if an initial instance does not fit, kFailed if there is
// a node in the directory already.
Status create_node(const std::string& directory, const NodeDescription& description);

// A GPU of the node, as its driver sees it.
struct GpuStatus {
  std::string uuid;
  std::string name;
  std::string pci_bus_id;  // "00000000:07:00.0"
  std::string model;       // Key.
  bool mig_current = false;
  bool mig_pending = false;
  std::vector<std::uint32_t> pids;  // Living occupants.
  // MIG devices in order of index: "MIG 1g.10gb" and "MIG-...".
  struct MigDevice {
    std::string name;
    std::string uuid;
  };
  std::vector<MigDevice> mig_devices;
};

// In order of index.
Result<std::vector<GpuStatus>> gpu_status(const std::string& directory);

// Does what `nvidia-smi -r` does to these GPUs, by index: clears all instances and makes the
// pending mode the current one; the mode of a GPU that does not keep it (Hopper and later) is off
// then. Fails and touches nothing: with kBusy, naming the pids, if a process is on any of the GPUs,
// and with kUnavailable if one of them is in a virtual machine.
Status reset_gpus(const std::string& directory, const std::vector<int>& gpus);

// The same to all GPUs at once, as a reboot does: occupants are forgotten.
Status reboot_node(const std::string& directory);

// Fails with kInvalidArgument if the pid does not live or there is no such GPU or instance.
Status add_occupant(const std::string& directory, const Occupant& occupant);

// The files of the sysroot that a CUDA program in the occupant's place has open: those of the
// driver, the GPU, and its instances. None if there is no sysroot.
Result<std::vector<std::string>> occupant_files(const std::string& directory,
                                                const Occupant& occupant);

// Forgets all that the process occupies. No error if it occupies nothing.
Status remove_occupant(const std::string& directory, std::uint32_t pid);

// Whether the text is a fault script; fails with kInvalidArgument, naming the line. One rule a
// line:
//     call=nvmlDeviceCreateGpuInstanceWithPlacement occurrence=3 return=IN_USE transient
//     call=nvmlDeviceSetMigMode return=SUCCESS effect=none persistent
//     call=nvmlGpuInstanceDestroy delay=150ms
//     call=* occurrence=17 return=GPU_IS_LOST effect=done
// call        a function, or * for all of them. Required.
// occurrence  which call is hit, from 1, counted over all processes; "any" (the default) is each.
// return      an nvmlReturn_t without its prefix, or a number. Without it the call's own.
// effect      none (the default): the call is not carried out; with return=SUCCESS it reports
//             success and does nothing. done: it is carried out and then reports `return`.
// transient   only that occurrence is hit (the default); persistent: all from there on.
// delay       milliseconds that the call takes longer: "150ms".
// hang        the call never returns.
// '#' starts a comment. Pure.
Status check_faults(std::string_view script);

// Replaces all fault rules and starts counting again. Empty: no faults.
Status set_faults(const std::string& directory, std::string_view script);

// Whether the GPU is "fallen off the bus": every call answers GPU_IS_LOST.
Status set_lost(const std::string& directory, int gpu, bool lost);

// Writes (or refreshes) DIRECTORY/sysroot: the files of /proc and /sys that NVML's clients read
// beside NVML. The library keeps proc/driver/nvidia/capabilities up to date from then on.
Status write_sysroot_files(const std::string& directory);

// The whole state for people, one fact a line.
Result<std::string> dump_node(const std::string& directory);

}  // namespace sectile::emulator
