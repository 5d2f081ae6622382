// Kernel modules that hold GPUs: what a list of processes never shows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/holders.h"
#include "sectile/apply/host_paths.h"

namespace sectile {

struct KernelModule {
  std::string name;
  int references = 0;
  std::vector<std::string> users;  // Modules; each is one of the references.
};

// /proc/modules: those that have to do with NVIDIA GPUs.
std::vector<KernelModule> parse_modules(std::string_view text);

// The modules that keep a GPU open themselves, and those with references that neither a module nor
// one of the `open` files explains (how many, by module).
std::vector<Holder> module_holders(const HostPaths& paths, const std::map<std::string, int>& open);

// The module that the device file belongs to: "nvidia_uvm" for "/dev/nvidia-uvm".
std::string module_of(const Hold& hold);

}  // namespace sectile
