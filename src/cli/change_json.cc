#include "src/cli/change_json.h"

namespace sectile::cli {

std::vector<GpuDiff> gpu_diffs(const Snapshot& now, const ChangePlan& plan) {
  std::vector<GpuDiff> diffs;
  for (const GpuChange& change : plan.changes) {
    if (const LiveGpu* gpu = now.find(change.uuid); gpu != nullptr && gpu->capable()) {
      diffs.push_back({.name = change.uuid,
                       .model = &now.model_of(*gpu),
                       .from = change.from,
                       .to = change.to,
                       .transition = change.transition});
    }
  }
  return diffs;
}

}  // namespace sectile::cli
