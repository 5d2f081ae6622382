// Machine: the GPUs a verb works on, whether they are in this machine or only in a GPU SPEC.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/call_watch.h"
#include "sectile/device/snapshot.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "sectile/text/config_gpu.h"

namespace sectile::cli {

struct MachineGpu {
  std::string name;                  // UUID, or "gpu0" if it is only planned.
  const Model* model = nullptr;      // Never nullptr.
  ConfigGpu config;                  // As configuration files see it.
  Layout layout;                     // What exists.
  std::vector<std::string> holders;  // One for each slot, "pid 4711 python"; "" if idle.
};

struct Machine {
  std::unique_ptr<const Snapshot> snapshot;  // nullptr without a driver. The models point into it.
  std::vector<MachineGpu> gpus;              // Capable of MIG and free to be planned.
  std::vector<std::string> notes;            // What was left out, and why.
};

// From a GPU SPEC. Fails as parse_gpu_spec() does.
Result<Machine> planned_machine(const std::string& spec);

// Of this machine, through NVML; opens and closes it. Fails as Node::open() and Node::read() do,
// and with kUnavailable if no GPU is capable of MIG.
Result<Machine> live_machine(const std::string& library, CallWatch* watch = nullptr);

// All GPUs of a snapshot, in its order, as configuration files see them.
std::vector<ConfigGpu> config_gpus_of(const Snapshot& snapshot);

// "pid 4711 python train.py", several separated by a comma; commands are cut short.
std::string holder_text(std::span<const GpuProcess> processes);

}  // namespace sectile::cli
