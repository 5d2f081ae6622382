// A change of the node as sectile/diff/v1 of text/json.h wants it.
#pragma once

#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/device/snapshot.h"
#include "sectile/text/json.h"

namespace sectile::cli {

// The models point into `now`.
std::vector<GpuDiff> gpu_diffs(const Snapshot& now, const ChangePlan& plan);

}  // namespace sectile::cli
