// nvidia-mig-manager, NVIDIA's own service that sets the MIG layout at boot: whether it is here,
// and what it was told to do, so that its work can be taken over. Two that set layouts at boot
// would undo each other.
//
// Reads files only; systemctl is not asked, so that a unit of systemd may do this while the machine
// starts.
#pragma once

#include <string>

#include "sectile/apply/host_paths.h"
#include "sectile/base/result.h"

namespace sectile {

struct MigManager {
  bool enabled = false;     // systemd starts it.
  bool running = false;     // At this moment.
  std::string config_file;  // MIG_PARTED_CONFIG_FILE, or the one that it makes.
  std::string selected;     // MIG_PARTED_SELECTED_CONFIG; empty if nothing says.
  std::string hooks_file;   // MIG_PARTED_HOOKS_FILE; may be empty.

  bool active() const { return enabled || running; }
};

// Fails with kInvalidArgument if one of its unit files cannot be understood.
Result<MigManager> find_mig_manager(const HostPaths& paths);

}  // namespace sectile
