// The nvidia-smi of an emulated machine: the little that MIG tools ask of it.
#pragma once

#include "sectile/base/result.h"
#include "src/cli/session.h"

namespace sectile::cli {

// `-L` lists the GPUs and MIG devices as nvidia-smi does; `-r -i ID|UUID[,...]` resets. Anything
// else is refused with kInvalidArgument.
Result<int> smi(Session& session);

}  // namespace sectile::cli
