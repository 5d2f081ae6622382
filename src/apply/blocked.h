// Who is in the way of a change.
#pragma once

#include <string>
#include <vector>

#include "sectile/apply/apply.h"

namespace sectile {

// The instances that `change` destroys or cuts into although processes use them. A process on the
// bare GPU is in the way of a new mode and of the first instance; it shows as the whole GPU.
std::vector<BlockedInstance> blocked_instances(const LiveGpu& gpu, const Model& model,
                                               const GpuChange& change);

// "pid 41 (python train.py), pid 42 (...)".
std::string to_text(const std::vector<GpuProcess>& holders);

// kBusy, naming every holder.
std::unexpected<Error> busy(const std::vector<BlockedInstance>& blocked);

}  // namespace sectile
