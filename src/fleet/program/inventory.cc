#include "sectile/fleet/inventory.h"

#include <set>
#include <string_view>
#include <utility>

#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

std::unexpected<Error> refuse(const FleetGpu& gpu, std::string message) {
  const std::string where = gpu.node.empty() ? gpu.name : gpu.node + "/" + gpu.name;
  return fail(ErrorCode::kInvalidArgument, where + ": " + std::move(message));
}

Status check_gpu(const FleetGpu& gpu) {
  if (gpu.model == nullptr) {
    return refuse(gpu, "it has no model");
  }
  if ((gpu.busy >> gpu.layout.size()) != 0) {
    return refuse(gpu, "more instances are in use than there are");
  }
  const Status legal = check(*gpu.model, gpu.layout);
  return legal ? Status() : refuse(gpu, legal.error().message);
}

}  // namespace

Layout FleetGpu::in_use() const {
  Layout result = layout;
  for (std::size_t i = 0; i < layout.size(); ++i) {
    if (!is_busy(i)) {
      result = result.without(layout.slots()[i].placement());
    }
  }
  return result;
}

Status check_fleet(std::span<const FleetGpu> fleet) {
  if (fleet.size() > kMaxFleetGpus) {
    return fail(ErrorCode::kInvalidArgument,
                std::to_string(fleet.size()) + " GPUs are more than the " +
                    std::to_string(kMaxFleetGpus) + " that are planned for");
  }
  std::set<std::string_view> names;
  std::set<std::pair<std::string_view, unsigned>> seats;
  for (const FleetGpu& gpu : fleet) {
    if (const Status sound = check_gpu(gpu); !sound) {
      return sound;
    }
    if (!names.insert(gpu.name).second) {
      return refuse(gpu, "there is another GPU of this name");
    }
    if (!seats.emplace(gpu.node, gpu.index).second) {
      return refuse(
          gpu, "there is another GPU with index " + std::to_string(gpu.index) + " on this node");
    }
  }
  return {};
}

}  // namespace sectile
