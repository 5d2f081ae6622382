// Exported calls that create, destroy and find GPU instances.
#include "sectile/nvml_abi/mig.h"
#include "src/emulator/mig_change.h"
#include "src/emulator/mig_entry.h"
#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

nvmlReturn_t create(nvmlDevice_t device, unsigned int profile_id, std::optional<Span> span,
                    nvmlGpuInstance_t* instance) {
  if (instance == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return change(device, Mode::kOn, [&](Node& node, const Named& gpu) {
    const auto profile = find_profile(node.geometry_of(*gpu.gpu), profile_id);
    if (!profile) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    std::uint32_t gi_id = 0;
    const nvmlReturn_t created = create_instance(node, gpu.gpu_index, *profile, span, gi_id);
    if (created == NVML_SUCCESS) {
      *instance = gpu_instance_handle(*find_gpu_instance_by_id(node, gpu.gpu_index, gi_id));
    }
    return created;
  });
}

// Callers' arrays hold as many instances as the profile allows, which is never exceeded.
nvmlReturn_t list(const Node& node, const Named& gpu, unsigned int profile_id,
                  nvmlGpuInstance_t* instances, unsigned int* count) {
  const auto profile = find_profile(node.geometry_of(*gpu.gpu), profile_id);
  if (!profile) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  // Anybody may learn that there is nothing.
  if (count_instances(*gpu.gpu) > 0 && !may_monitor(node)) {
    return NVML_ERROR_NO_PERMISSION;
  }
  *count = 0;
  for (const Named& instance : gpu_instances(node, gpu.gpu_index)) {
    if (instance.gi->profile == *profile) {
      instances[(*count)++] = gpu_instance_handle(instance);
    }
  }
  return NVML_SUCCESS;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceCreateGpuInstance(nvmlDevice_t device, unsigned int profile_id,
                                         nvmlGpuInstance_t* instance) noexcept {
  return entry(__func__, [&] { return create(device, profile_id, std::nullopt, instance); });
}

nvmlReturn_t nvmlDeviceCreateGpuInstanceWithPlacement(nvmlDevice_t device, unsigned int profile_id,
                                                      const nvmlGpuInstancePlacement_t* placement,
                                                      nvmlGpuInstance_t* instance) noexcept {
  return entry(__func__, [&] {
    if (placement == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return create(device, profile_id, Span{.start = placement->start, .size = placement->size},
                  instance);
  });
}

nvmlReturn_t nvmlGpuInstanceDestroy(nvmlGpuInstance_t instance) noexcept {
  return entry(__func__, [&] {
    return change(instance, Mode::kOn, [&](Node& node, const Named& named) {
      return destroy_instance(node, named.gpu_index, named.gi_id);
    });
  });
}

nvmlReturn_t nvmlDeviceGetGpuInstances(nvmlDevice_t device, unsigned int profile_id,
                                       nvmlGpuInstance_t* instances, unsigned int* count) noexcept {
  return entry(__func__, [&] {
    if (instances == nullptr || count == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(device, Right::kNone, Mode::kOn, [&](const Node& node, const Named& gpu) {
      return list(node, gpu, profile_id, instances, count);
    });
  });
}

nvmlReturn_t nvmlDeviceGetGpuInstanceById(nvmlDevice_t device, unsigned int id,
                                          nvmlGpuInstance_t* instance) noexcept {
  return entry(__func__, [&] {
    if (instance == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(device, Right::kMonitor, Mode::kOn, [&](const Node& node, const Named& gpu) {
      const std::optional<Named> found = find_gpu_instance_by_id(node, gpu.gpu_index, id);
      if (!found) {
        return NVML_ERROR_NOT_FOUND;
      }
      *instance = gpu_instance_handle(*found);
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlGpuInstanceGetInfo(nvmlGpuInstance_t instance,
                                    nvmlGpuInstanceInfo_t* info) noexcept {
  return entry(__func__, [&] {
    if (info == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(instance, Right::kMonitor, Mode::kOn, [&](const Node& node, const Named& named) {
      *info = {.device = gpu_device_handle(named.gpu_index),
               .id = named.gi_id,
               .profileId = profile_of(node, named).id,
               .placement = {.start = named.gi->span.start, .size = named.gi->span.size}};
      return NVML_SUCCESS;
    });
  });
}

}  // extern "C"
