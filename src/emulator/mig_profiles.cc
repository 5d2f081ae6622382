// Exported calls about what GPU instances a GPU can hold: profiles, placements, room.
#include "sectile/nvml_abi/mig.h"
#include "src/emulator/mig_entry.h"
#include "src/emulator/mig_fill.h"
#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

// Drivers of branch 535 knew profiles up to the double-memory one.
constexpr unsigned int kProfileCount535 = 0xA;

unsigned int profile_count(const Node& node) {
  return node.driver_branch <= 535 ? kProfileCount535 : NVML_GPU_INSTANCE_PROFILE_COUNT;
}

struct Found {
  nvmlReturn_t result = NVML_SUCCESS;
  std::uint32_t profile = 0;  // Index into Geometry::profiles.
};

using Finder = Found (*)(const Node&, const Geometry&, unsigned int);

Found found_or_not_supported(std::optional<std::uint32_t> profile) {
  return profile ? Found{.profile = *profile} : Found{.result = NVML_ERROR_NOT_SUPPORTED};
}

// By enumerator. 3_SLICE_GFX is offered by id only: clients' tables end before it, and they stop at
// an enumerator they do not know.
Found by_index(const Node& node, const Geometry& geometry, unsigned int index) {
  if (index >= profile_count(node)) {
    return {.result = NVML_ERROR_INVALID_ARGUMENT};
  }
  return index == NVML_GPU_INSTANCE_PROFILE_3_SLICE_GFX
             ? Found{.result = NVML_ERROR_NOT_SUPPORTED}
             : found_or_not_supported(find_profile_by_index(geometry, index));
}

Found by_id(const Node& /*node*/, const Geometry& geometry, unsigned int id) {
  return found_or_not_supported(find_profile(geometry, id));
}

// Finds a profile that a GPU offers; `give` takes (const Node&, const ProfileKind&).
template <typename Give>
nvmlReturn_t with_profile(nvmlDevice_t device, unsigned int wanted, Finder find, const Give& give) {
  return look(device, Right::kNone, Mode::kAny, [&](const Node& node, const Named& named) {
    if (const nvmlReturn_t told = admit(node, named, Right::kNone, profile_mode(node));
        told != NVML_SUCCESS) {
      return told;
    }
    const Geometry& geometry = node.geometry_of(*named.gpu);
    const Found found = find(node, geometry, wanted);
    return found.result == NVML_SUCCESS ? give(node, geometry.profiles.items[found.profile])
                                        : found.result;
  });
}

nvmlReturn_t give_tagged(nvmlDevice_t device, unsigned int wanted, Finder find,
                         nvmlGpuInstanceProfileInfo_v2_t* info) {
  if (info == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return with_profile(device, wanted, find, [&](const Node& node, const ProfileKind& kind) {
    return fill_tagged(node, kind, info);
  });
}

// All placements of a profile, whatever is taken. Without an array it is their number only.
nvmlReturn_t give_placements(nvmlDevice_t device, unsigned int profile_id,
                             nvmlGpuInstancePlacement_t* placements, unsigned int* count) {
  if (count == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return with_profile(device, profile_id, by_id, [&](const Node&, const ProfileKind& kind) {
    *count = kind.starts.count;
    for (std::uint32_t i = 0; placements != nullptr && i < kind.starts.count; ++i) {
      placements[i] = {.start = kind.starts.items[i], .size = kind.memory_slices};
    }
    return NVML_SUCCESS;
  });
}

// ProfileInfoByIdV came with branch 580.
bool knows_by_id() {
  bool knows = false;
  read_node([&](const Node& node) {
    knows = node.driver_branch >= 580;
    return NVML_SUCCESS;
  });
  return knows;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfo(nvmlDevice_t device, unsigned int profile,
                                                 nvmlGpuInstanceProfileInfo_t* info) noexcept {
  return entry(__func__, [&] {
    if (info == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return with_profile(device, profile, by_index, [&](const Node&, const ProfileKind& kind) {
      fill(kind, *info);
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfoV(nvmlDevice_t device, unsigned int profile,
                                                  nvmlGpuInstanceProfileInfo_v2_t* info) noexcept {
  return entry(__func__, [&] { return give_tagged(device, profile, by_index, info); });
}

nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfoByIdV(
    nvmlDevice_t device, unsigned int profile_id, nvmlGpuInstanceProfileInfo_v2_t* info) noexcept {
  return entry(__func__, [&] {
    return knows_by_id() ? give_tagged(device, profile_id, by_id, info)
                         : NVML_ERROR_FUNCTION_NOT_FOUND;
  });
}

nvmlReturn_t nvmlDeviceGetGpuInstancePossiblePlacements_v2(nvmlDevice_t device,
                                                           unsigned int profile_id,
                                                           nvmlGpuInstancePlacement_t* placements,
                                                           unsigned int* count) noexcept {
  return entry(__func__, [&] { return give_placements(device, profile_id, placements, count); });
}

nvmlReturn_t nvmlDeviceGetGpuInstancePossiblePlacements(nvmlDevice_t device,
                                                        unsigned int profile_id,
                                                        nvmlGpuInstancePlacement_t* placements,
                                                        unsigned int* count) noexcept {
  return entry(__func__, [&] { return give_placements(device, profile_id, placements, count); });
}

nvmlReturn_t nvmlDeviceGetGpuInstanceRemainingCapacity(nvmlDevice_t device, unsigned int profile_id,
                                                       unsigned int* count) noexcept {
  return entry(__func__, [&] {
    if (count == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(device, Right::kNone, Mode::kOn, [&](const Node& node, const Named& named) {
      const Geometry& geometry = node.geometry_of(*named.gpu);
      const std::optional<std::uint32_t> profile = find_profile(geometry, profile_id);
      if (!profile) {
        return NVML_ERROR_NOT_SUPPORTED;
      }
      *count = static_cast<unsigned int>(remaining_capacity(geometry, *named.gpu, *profile));
      return NVML_SUCCESS;
    });
  });
}

}  // extern "C"
