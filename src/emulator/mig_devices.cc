// Exported calls about MIG devices: what CUDA sees of a compute instance.
#include "sectile/nvml_abi/mig.h"
#include "src/emulator/mig_entry.h"

namespace sectile::emulator {
namespace {

// A device of either kind; `body` takes (const Node&, const Named&).
template <typename Body>
nvmlReturn_t look_at_device(nvmlDevice_t device, const Body& body) {
  return read_node([&](const Node& node) {
    const std::optional<Named> named = find_device(node, device);
    if (!named) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return named->gpu->lost != 0 ? NVML_ERROR_GPU_IS_LOST : body(node, *named);
  });
}

// The same for MIG devices only: a whole GPU has no such thing.
template <typename Body>
nvmlReturn_t look_at_mig_device(nvmlDevice_t device, const Body& body) {
  return look_at_device(device, [&](const Node& node, const Named& named) {
    return named.is_mig_device() ? body(node, named) : NVML_ERROR_NOT_SUPPORTED;
  });
}

template <typename Attributes>
nvmlReturn_t give_attributes(nvmlDevice_t device, Attributes* attributes) {
  if (attributes == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return look_at_mig_device(device, [&](const Node& node, const Named& named) {
    const ProfileKind& profile = profile_of(node, named);
    const ComputeKind& compute = compute_of(node, named);
    attributes->multiprocessorCount = compute.sm_count;
    attributes->sharedCopyEngineCount = profile.copy_engines;
    attributes->sharedDecoderCount = profile.decoders;
    attributes->sharedEncoderCount = profile.encoders;
    attributes->sharedJpegCount = profile.jpeg;
    attributes->sharedOfaCount = profile.ofa;
    if constexpr (requires { attributes->memorySizeMB; }) {
      attributes->gpuInstanceSliceCount = profile.compute_slices;
      attributes->computeInstanceSliceCount = compute.slices;
      attributes->memorySizeMB = profile.memory;
    }
    return NVML_SUCCESS;
  });
}

// As many as there can be: each takes a compute slice at least.
unsigned int max_mig_devices(const Node& node, const Named& gpu) {
  return gpu.gpu->current_mode != 0 ? node.geometry_of(*gpu.gpu).compute_slices : 0;
}

nvmlReturn_t give_by_index(const Node& node, const Named& gpu, unsigned int index,
                           nvmlDevice_t* mig_device) {
  if (gpu.gpu->current_mode == 0) {
    return NVML_ERROR_NOT_FOUND;
  }
  if (index >= max_mig_devices(node, gpu)) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const std::vector<Named> devices = mig_devices(node, gpu.gpu_index);
  if (index >= devices.size()) {
    return NVML_ERROR_NOT_FOUND;
  }
  *mig_device = mig_device_handle(devices[index]);
  return NVML_SUCCESS;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device,
                                         unsigned int* is_mig_device) noexcept {
  return entry(__func__, [&] {
    if (is_mig_device == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look_at_device(device, [&](const Node&, const Named& named) {
      *is_mig_device = named.is_mig_device() ? 1 : 0;
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, unsigned int* id) noexcept {
  return entry(__func__, [&] {
    if (id == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look_at_mig_device(device, [&](const Node&, const Named& named) {
      *id = named.gi_id;
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, unsigned int* id) noexcept {
  return entry(__func__, [&] {
    if (id == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look_at_mig_device(device, [&](const Node&, const Named& named) {
      *id = named.ci_id;
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int* count) noexcept {
  return entry(__func__, [&] {
    if (count == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look_at_device(device, [&](const Node& node, const Named& named) {
      if (named.is_mig_device()) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      *count = max_mig_devices(node, named);
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index,
                                                 nvmlDevice_t* mig_device) noexcept {
  return entry(__func__, [&] {
    if (mig_device == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look(device, Right::kNone, Mode::kAny, [&](const Node& node, const Named& gpu) {
      return give_by_index(node, gpu, index, mig_device);
    });
  });
}

nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t mig_device,
                                                          nvmlDevice_t* device) noexcept {
  return entry(__func__, [&] {
    if (device == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return look_at_device(mig_device, [&](const Node&, const Named& named) {
      if (!named.is_mig_device()) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      *device = gpu_device_handle(named.gpu_index);
      return NVML_SUCCESS;
    });
  });
}

nvmlReturn_t nvmlDeviceGetAttributes(nvmlDevice_t device,
                                     nvmlDeviceAttributes_v1_t* attributes) noexcept {
  return entry(__func__, [&] { return give_attributes(device, attributes); });
}

nvmlReturn_t nvmlDeviceGetAttributes_v2(nvmlDevice_t device,
                                        nvmlDeviceAttributes_t* attributes) noexcept {
  return entry(__func__, [&] { return give_attributes(device, attributes); });
}

}  // extern "C"
