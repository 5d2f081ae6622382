#include "sectile/device/snapshot.h"

#include <algorithm>
#include <iterator>

namespace sectile {

std::vector<GpuProcess> LiveGpu::holders(const LiveInstance& instance) const {
  std::vector<GpuProcess> inside;
  std::ranges::copy_if(processes, std::back_inserter(inside), [&](const GpuProcess& process) {
    return process.gpu_instance == instance.id;
  });
  return inside;
}

const LiveInstance* LiveGpu::find(const Placement& placement) const {
  const auto found = std::ranges::find(instances, placement, &LiveInstance::placement);
  return found == instances.end() ? nullptr : &*found;
}

const LiveGpu* Snapshot::find(const std::string& uuid) const {
  const auto found = std::ranges::find(gpus, uuid, &LiveGpu::uuid);
  return found == gpus.end() ? nullptr : &*found;
}

}  // namespace sectile
