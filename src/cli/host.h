// Where this machine's files are, for what is read beside NVML.
#pragma once

#include "sectile/apply/host_paths.h"

namespace sectile::cli {

// The usual places, or those below $SECTILE_SYSROOT, as on an emulated machine.
HostPaths host_paths();

}  // namespace sectile::cli
