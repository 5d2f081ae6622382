// Exported calls about compute instances.
#include <algorithm>

#include "sectile/nvml_abi/mig.h"
#include "src/emulator/mig_change.h"
#include "src/emulator/mig_entry.h"
#include "src/emulator/mig_fill.h"
#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

// A compute profile of a GPU instance; `give` takes (const Node&, const Named&, index). The profile
// comes as an enumerator or as an id, which are equal; only an enumerator can be out of range.
template <typename Give>
nvmlReturn_t with_compute(nvmlGpuInstance_t instance, Right right, unsigned int id,
                          const Give& give) {
  return look(instance, right, Mode::kOn, [&](const Node& node, const Named& named) {
    const std::optional<std::uint32_t> found = find_compute(profile_of(node, named), id);
    return found ? give(node, named, *found) : NVML_ERROR_NOT_SUPPORTED;
  });
}

bool are_enumerators(unsigned int profile, unsigned int engine_profile) {
  return profile < NVML_COMPUTE_INSTANCE_PROFILE_COUNT &&
         engine_profile < NVML_COMPUTE_INSTANCE_ENGINE_PROFILE_COUNT;
}

ComputeProfileOf profile_at(const Node& node, const Named& named, std::uint32_t compute) {
  const ProfileKind& profile = profile_of(node, named);
  return {.profile = profile, .compute = profile.compute.items[compute]};
}

nvmlReturn_t create(nvmlGpuInstance_t instance, unsigned int profile_id, std::optional<Span> span,
                    nvmlComputeInstance_t* created) {
  if (created == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return change(instance, Mode::kOn, [&](Node& node, Named named) {
    const auto compute = find_compute(profile_of(node, named), profile_id);
    if (!compute) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    const nvmlReturn_t result =
        create_compute(node, named.gpu_index, named.gi_id, {*compute, span}, named.ci_id);
    if (result == NVML_SUCCESS) {
      named.ci = &named.gi->compute[named.ci_id];
      *created = compute_instance_handle(named);
    }
    return result;
  });
}

nvmlReturn_t list(const Node& node, const Named& instance, std::uint32_t compute,
                  nvmlComputeInstance_t* instances, unsigned int* count) {
  *count = 0;
  for (const Named& named : compute_instances(node, instance)) {
    if (named.ci->compute == compute) {
      instances[(*count)++] = compute_instance_handle(named);
    }
  }
  return NVML_SUCCESS;
}

// The device of a compute instance is its MIG device: clients read its UUID from here.
template <typename Info>
nvmlReturn_t give_info(nvmlComputeInstance_t instance, Info* info) {
  if (info == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return look(instance, Right::kMonitor, Mode::kOn, [&](const Node& node, const Named& named) {
    info->device = mig_device_handle(named);
    info->gpuInstance = gpu_instance_handle(named);
    info->id = named.ci_id;
    info->profileId = compute_of(node, named).id;
    if constexpr (requires { info->placement; }) {
      info->placement = {.start = named.ci->span.start, .size = named.ci->span.size};
    }
    return NVML_SUCCESS;
  });
}

nvmlReturn_t find_by_id(const std::vector<Named>& instances, unsigned int id,
                        nvmlComputeInstance_t& found) {
  const auto compute = std::ranges::find(instances, id, &Named::ci_id);
  if (compute == instances.end()) {
    return NVML_ERROR_NOT_FOUND;
  }
  found = compute_instance_handle(*compute);
  return NVML_SUCCESS;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlGpuInstanceGetComputeInstanceProfileInfo(
    nvmlGpuInstance_t instance, unsigned int profile, unsigned int engine_profile,
    nvmlComputeInstanceProfileInfo_t* info) noexcept {
  return entry(__func__, [&] {
    if (info == nullptr || !are_enumerators(profile, engine_profile)) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return with_compute(instance, Right::kNone, profile,
                        [&](const Node& node, const Named& named, std::uint32_t compute) {
                          fill(profile_at(node, named, compute), *info);
                          return NVML_SUCCESS;
                        });
  });
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstanceProfileInfoV(
    nvmlGpuInstance_t instance, unsigned int profile, unsigned int engine_profile,
    nvmlComputeInstanceProfileInfo_v2_t* info) noexcept {
  return entry(__func__, [&] {
    if (info == nullptr || !are_enumerators(profile, engine_profile)) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return with_compute(instance, Right::kNone, profile,
                        [&](const Node& node, const Named& named, std::uint32_t compute) {
                          return fill_tagged(node, profile_at(node, named, compute), info);
                        });
  });
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstanceRemainingCapacity(nvmlGpuInstance_t instance,
                                                                unsigned int profile_id,
                                                                unsigned int* count) noexcept {
  return entry(__func__, [&] {
    if (count == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return with_compute(instance, Right::kMonitor, profile_id,
                        [&](const Node& node, const Named& named, std::uint32_t compute) {
                          *count = static_cast<unsigned int>(remaining_compute_capacity(
                              profile_of(node, named), *named.gi, compute));
                          return NVML_SUCCESS;
                        });
  });
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstancePossiblePlacements(
    nvmlGpuInstance_t instance, unsigned int profile_id, nvmlComputeInstancePlacement_t* placements,
    unsigned int* count) noexcept {
  return entry(__func__, [&] {
    if (count == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return with_compute(instance, Right::kMonitor, profile_id,
                        [&](const Node& node, const Named& named, std::uint32_t compute) {
                          const auto& spans = profile_at(node, named, compute).compute.spans;
                          *count = spans.count;
                          for (std::uint32_t i = 0; placements != nullptr && i < *count; ++i) {
                            const Span span = spans.items[i];
                            placements[i] = {.start = span.start, .size = span.size};
                          }
                          return NVML_SUCCESS;
                        });
  });
}

nvmlReturn_t nvmlGpuInstanceCreateComputeInstance(nvmlGpuInstance_t instance,
                                                  unsigned int profile_id,
                                                  nvmlComputeInstance_t* created) noexcept {
  return entry(__func__, [&] { return create(instance, profile_id, std::nullopt, created); });
}

nvmlReturn_t nvmlGpuInstanceCreateComputeInstanceWithPlacement(
    nvmlGpuInstance_t instance, unsigned int profile_id,
    const nvmlComputeInstancePlacement_t* placement, nvmlComputeInstance_t* created) noexcept {
  return entry(__func__, [&] {
    if (placement == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return create(instance, profile_id, Span{.start = placement->start, .size = placement->size},
                  created);
  });
}

nvmlReturn_t nvmlComputeInstanceDestroy(nvmlComputeInstance_t instance) noexcept {
  return entry(__func__, [&] {
    return change(instance, Mode::kOn, [&](Node& node, const Named& named) {
      return destroy_compute(node, named.gpu_index, named.gi_id, named.ci_id);
    });
  });
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstances(nvmlGpuInstance_t instance, unsigned int profile_id,
                                                nvmlComputeInstance_t* instances,
                                                unsigned int* count) noexcept {
  return entry(__func__, [&] {
    if (instances == nullptr || count == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return with_compute(instance, Right::kMonitor, profile_id,
                        [&](const Node& node, const Named& named, std::uint32_t compute) {
                          return list(node, named, compute, instances, count);
                        });
  });
}

nvmlReturn_t nvmlGpuInstanceGetComputeInstanceById(nvmlGpuInstance_t instance, unsigned int id,
                                                   nvmlComputeInstance_t* found) noexcept {
  return entry(__func__, [&] {
    if (found == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(instance, Right::kMonitor, Mode::kOn, [&](const Node& node, const Named& named) {
      return find_by_id(compute_instances(node, named), id, *found);
    });
  });
}

nvmlReturn_t nvmlComputeInstanceGetInfo(nvmlComputeInstance_t instance,
                                        nvmlComputeInstanceInfo_v1_t* info) noexcept {
  return entry(__func__, [&] { return give_info(instance, info); });
}

nvmlReturn_t nvmlComputeInstanceGetInfo_v2(nvmlComputeInstance_t instance,
                                           nvmlComputeInstanceInfo_t* info) noexcept {
  return entry(__func__, [&] { return give_info(instance, info); });
}

}  // extern "C"
