// Who uses a GPU.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "src/device/nvml.h"

namespace sectile {

// Compute, graphics and MPS processes on a GPU with all its instances, each once, ascending pid. A
// kind that the driver does not list counts as none.
Result<std::vector<GpuProcess>> read_processes(const Nvml& nvml, nvmlDevice_t device,
                                               const std::string& subject);

// The command line of a process, or the bracketed name where it has none; empty if it cannot be
// read. Safe to print. `proc` is where procfs is.
std::string command_of(std::uint32_t pid, const std::string& proc = "/proc");

}  // namespace sectile
