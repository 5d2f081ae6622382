// Holders: who keeps the GPUs of this machine busy, and how to make them stop.
//
// The driver only says "in use by another client". Three witnesses say more: NVML lists the
// processes that run something; /proc/PID/fd shows who has a device file of the driver open, which
// is all that a monitor or a leaked handle does; /proc/modules shows what holds a GPU inside the
// kernel, without any process. Where a process belongs is read from its cgroup.
//
// Everything here is a moment's truth: processes end and pids are used again while one looks. What
// is reported was one process throughout (its start time did not change), and what could not be
// seen is said. Nothing is changed. Not for the calling process itself, which is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sectile/apply/host_paths.h"
#include "sectile/base/mib.h"
#include "sectile/device/snapshot.h"

namespace sectile {

// Where a process comes from, as far as its cgroup tells. Empty where it does not.
struct ProcessOrigin {
  std::string unit = {};  // Of systemd: "nvidia-dcgm.service", "session-3.scope".
  bool session = false;   // `unit` belongs to a user's session or own service manager.
  std::string runtime =
      {};  // Of the container: docker, podman, containerd, cri-o, lxc; "" if unknown.
  std::string container = {};   // Its id, or its name with lxc. The outermost, if they are nested.
  std::string slurm_job = {};   // "1234"
  std::string slurm_step = {};  // "0", "batch", "extern"
  std::string pod = {};         // UID of the Kubernetes pod.
  std::string pod_name = {};    // Found by its UID on this node; may be empty.
  std::string pod_namespace = {};  // Likewise.
  std::string qos = {};            // "guaranteed", "burstable", "besteffort"

  friend bool operator==(const ProcessOrigin&, const ProcessOrigin&) = default;
};

enum class HoldKind : std::uint8_t {
  kProcess,   // NVML lists the process.
  kInstance,  // It has the file of a GPU or compute instance open: /dev/nvidia-caps/nvidia-capN.
  kDevice,    // It has the file of a GPU open: /dev/nvidiaN.
  kDisplay,   // It has the GPU open as a display or renderer: /dev/dri/cardN, renderDN.
  kControl,   // It talks to the driver, but has no GPU open: /dev/nvidiactl, nvidia-uvm, caps 1, 2.
  kKernel,    // A kernel module has it open.
};

// One thing held.
struct Hold {
  HoldKind kind = HoldKind::kControl;
  std::string gpu = {};  // UUID; empty: no GPU in particular.
  std::optional<GpuInstanceId> gpu_instance = {};
  std::optional<ComputeInstanceId> compute_instance = {};
  std::string file = {};  // What is open: "/dev/nvidia0"; empty for kProcess.
  int count = 1;          // So many descriptors.
  MiB memory = {};        // Of kProcess: used GPU memory; 0 if the driver does not say.

  friend bool operator==(const Hold&, const Hold&) = default;
};

// What a hold stands in the way of.
struct Obstruction {
  bool destroy = false;  // Destroying the instance it is in.
  bool mode = false;     // Changing the MIG mode of the GPU.
  bool reset = false;    // Resetting the GPU.

  friend bool operator==(const Obstruction&, const Obstruction&) = default;
};
Obstruction obstruction(const Hold& hold);

struct Holder {
  std::uint32_t pid = 0;  // 0: a kernel module.
  std::uint64_t start_time =
      0;                     // In ticks since boot: with the pid, it names one process for ever.
  std::int64_t started = 0;  // In seconds since 1970; 0 if unknown.
  std::uint32_t uid = 0;
  std::string user;     // Name, or the uid in digits; empty if unknown.
  std::string command;  // Command line, safe to print; the module's name.
  bool visible = true;  // false: the driver names a pid that does not exist here.
  ProcessOrigin origin;
  std::string client;   // What it is known as: "DCGM host engine"; empty for a user's program.
  bool system = false;  // It serves the machine: nothing to be killed for a change.
  std::string way;      // What to type to free what it holds.
  std::vector<Hold> holds;

  // Whether it holds something of the GPU, or of that instance of it.
  bool on(const std::string& gpu) const;
  bool on(const std::string& gpu, GpuInstanceId instance) const;
};

struct Holders {
  std::vector<Holder> holders;    // Modules first, then ascending pid.
  std::vector<std::string> gaps;  // What could not be seen, and why: sentences.
};

// Everybody who holds the GPUs of the snapshot, which should have been read just before.
Holders find_holders(const Snapshot& snapshot, const HostPaths& paths);

// Adds those who hold an instance open without NVML naming them to the processes of the GPUs, so
// that a plan made from the snapshot counts their instances as in use.
void add_holders(Snapshot& snapshot, const Holders& holders);

}  // namespace sectile
