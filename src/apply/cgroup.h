// What the cgroup of a process says about where it comes from.
#pragma once

#include <string_view>

#include "sectile/apply/holders.h"

namespace sectile {

// Reads /proc/PID/cgroup, of version 1, 2 or both. Knows systemd, Docker, Podman, containerd,
// CRI-O, LXC, Slurm and Kubernetes, with either cgroup driver. A cgroup can be called anything, so
// every name is made safe to print, and ids must look like ids. Pure.
ProcessOrigin parse_cgroup(std::string_view text);

}  // namespace sectile
