#include "src/device/reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "src/device/geometry.h"
#include "src/device/instances.h"
#include "src/device/nvml_error.h"
#include "src/device/processes.h"
#include "src/device/text.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;

constexpr int kReadsMax = 4;
constexpr unsigned long long kBytesPerMiB = 1ULL << 20U;

// The text that `function` writes into a buffer of NVML's usual size.
template <typename Function>
Result<std::string> text(const Function& function, nvmlDevice_t device,
                         const std::string& subject) {
  char buffer[NVML_DEVICE_UUID_V2_BUFFER_SIZE] = {};
  if (const nvmlReturn_t code = function(device, buffer, sizeof buffer); code != NVML_SUCCESS) {
    return nvml_failure(function, code, subject);
  }
  return buffer_text(buffer);
}

bool is_gpu_uuid(const std::string& uuid) {
  return uuid.starts_with("GPU-") && uuid.size() > 4 && uuid.size() < 80 &&
         uuid.find_first_not_of("0123456789abcdefABCDEFGPU-") == std::string::npos;
}

MigMode mode_of(unsigned mode) {
  return mode == NVML_DEVICE_MIG_ENABLE ? MigMode::kEnabled : MigMode::kDisabled;
}

Status read_mode(const Nvml& nvml, nvmlDevice_t device, LiveGpu& gpu) {
  unsigned current = NVML_DEVICE_MIG_DISABLE;
  unsigned pending = NVML_DEVICE_MIG_DISABLE;
  const nvmlReturn_t code = nvml.DeviceGetMigMode(device, &current, &pending);
  if (code == NVML_ERROR_NOT_SUPPORTED || code == NVML_ERROR_FUNCTION_NOT_FOUND) {
    gpu.mode = MigMode::kNotCapable;
    gpu.pending = MigMode::kNotCapable;
    return {};
  }
  if (code != NVML_SUCCESS) {
    return nvml_failure(nvml.DeviceGetMigMode, code, subject_of(gpu));
  }
  if (current > NVML_DEVICE_MIG_ENABLE || pending > NVML_DEVICE_MIG_ENABLE) {
    return nvml_garbage("mig mode " + std::to_string(current) + ", pending " +
                        std::to_string(pending) + ", on " + subject_of(gpu));
  }
  gpu.mode = mode_of(current);
  gpu.pending = mode_of(pending);
  return {};
}

Result<Slot> slot_of(const LiveInstance& instance, const Model& model) {
  const Profile* profile = model.find(instance.profile);
  if (profile == nullptr || profile->memory_slices != instance.placement.size) {
    return nvml_garbage("gpu instance " + std::to_string(instance.id.value) + " at " +
                        to_string(instance.placement) + " has the wrong size");
  }
  Result<Slot> slot = Slot::bare(*profile, instance.placement.start);
  for (const LiveCompute& compute : instance.compute) {
    slot = slot->with_compute(*profile, compute.slot);
    if (!slot) {
      return nvml_garbage(slot.error().message);
    }
  }
  return slot;
}

// The instances as a layout, which refuses what overlaps.
Result<Layout> layout_of(const LiveGpu& gpu, const Model& model) {
  Layout layout;
  for (const LiveInstance& instance : gpu.instances) {
    const Result<Slot> slot = slot_of(instance, model);
    if (!slot) {
      return fail(slot);
    }
    const Result<Layout> next = layout.with_unchecked(*slot);
    if (!next) {
      return nvml_garbage(next.error().message + ", on " + subject_of(gpu));
    }
    layout = *next;
  }
  return layout;
}

Status read_state_once(const Nvml& nvml, nvmlDevice_t device, ReadGpu& read) {
  LiveGpu& gpu = read.gpu;
  gpu.instances.clear();
  gpu.layout = {};
  if (Status mode = read_mode(nvml, device, gpu); !mode) {
    return mode;
  }
  const std::string subject = subject_of(gpu);
  Result<std::vector<GpuProcess>> processes = read_processes(nvml, device, subject);
  if (!processes) {
    return fail(processes);
  }
  gpu.processes = *std::move(processes);
  if (gpu.mode != MigMode::kEnabled) {
    return {};
  }
  Result<std::vector<LiveInstance>> instances = read_instances(nvml, device, subject, read.model);
  if (!instances) {
    return fail(instances);
  }
  gpu.instances = *std::move(instances);
  if (const Status sound = validate(read.model); !sound) {
    return nvml_garbage(sound.error().message + ", on " + subject);
  }
  const Result<Layout> layout = layout_of(gpu, read.model);
  if (!layout) {
    return fail(layout);
  }
  gpu.layout = *layout;
  return {};
}

MiB memory_of(const Nvml& nvml, nvmlDevice_t device) {
  nvmlMemory_t memory{};
  if (nvml.DeviceGetMemoryInfo(device, &memory) != NVML_SUCCESS ||
      memory.total / kBytesPerMiB > (1ULL << 30U)) {
    return {};
  }
  return {static_cast<std::int64_t>(memory.total / kBytesPerMiB)};
}

// Nothing is refused for want of it: only device nodes are named after it.
std::optional<unsigned> minor_of(const Nvml& nvml, nvmlDevice_t device) {
  constexpr unsigned kMinorMax = 254;  // 255 is /dev/nvidiactl.
  unsigned minor = 0;
  const bool known = nvml.DeviceGetMinorNumber(device, &minor) == NVML_SUCCESS;
  return known && minor <= kMinorMax ? std::optional(minor) : std::nullopt;
}

Status read_identity(const Nvml& nvml, nvmlDevice_t device, LiveGpu& gpu) {
  const Result<std::string> uuid =
      text(nvml.DeviceGetUUID, device, "gpu " + std::to_string(gpu.index));
  if (!uuid) {
    return fail(uuid);
  }
  if (!is_gpu_uuid(*uuid)) {
    return nvml_garbage("gpu " + std::to_string(gpu.index) + " has uuid '" + *uuid + "'");
  }
  gpu.uuid = *uuid;
  nvml.about(subject_of(gpu));
  const Result<std::string> name = text(nvml.DeviceGetName, device, subject_of(gpu));
  if (!name) {
    return fail(name);
  }
  gpu.name = *name;
  nvmlPciInfo_t pci{};
  if (const nvmlReturn_t code = nvml.DeviceGetPciInfo_v3(device, &pci); code != NVML_SUCCESS) {
    return nvml_failure(nvml.DeviceGetPciInfo_v3, code, subject_of(gpu));
  }
  gpu.pci = buffer_text(pci.busId);
  gpu.pci_device = static_cast<std::uint16_t>(pci.pciDeviceId >> 16U);
  gpu.minor = minor_of(nvml, device);
  nvmlEnableState_t persistence = NVML_FEATURE_DISABLED;
  if (nvml.DeviceGetPersistenceMode(device, &persistence) == NVML_SUCCESS) {
    gpu.persistence = persistence == NVML_FEATURE_ENABLED;
  }
  return {};
}

Virtualization virtualization_of(const Nvml& nvml, nvmlDevice_t device) {
  nvmlGpuVirtualizationMode_t mode = NVML_GPU_VIRTUALIZATION_MODE_NONE;
  if (nvml.DeviceGetVirtualizationMode(device, &mode) != NVML_SUCCESS) {
    return Virtualization::kUnknown;
  }
  switch (static_cast<unsigned>(mode)) {
    case NVML_GPU_VIRTUALIZATION_MODE_NONE:
      return Virtualization::kNone;
    case NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH:
      return Virtualization::kPassthrough;
    case NVML_GPU_VIRTUALIZATION_MODE_VGPU:
      return Virtualization::kVgpu;
    case NVML_GPU_VIRTUALIZATION_MODE_HOST_VGPU:
    case NVML_GPU_VIRTUALIZATION_MODE_HOST_VSGA:
      return Virtualization::kHost;
    default:
      return Virtualization::kUnknown;
  }
}

std::optional<bool> resetless(const Nvml& nvml, nvmlDevice_t device) {
  nvmlFieldValue_t field{};
  field.fieldId = NVML_FI_DEV_IS_RESETLESS_MIG_SUPPORTED;
  if (nvml.DeviceGetFieldValues(device, 1, &field) != NVML_SUCCESS ||
      field.nvmlReturn != NVML_SUCCESS || field.valueType != NVML_VALUE_TYPE_UNSIGNED_INT ||
      field.value.uiVal > 1) {
    return std::nullopt;
  }
  return field.value.uiVal == 1;
}

// The rest of a GPU that has no MIG. The mode is not asked for again: the answer might be another.
Result<ReadGpu> without_mig(const Nvml& nvml, nvmlDevice_t device, ReadGpu read) {
  Result<std::vector<GpuProcess>> processes = read_processes(nvml, device, subject_of(read.gpu));
  if (!processes) {
    return fail(processes);
  }
  read.gpu.processes = *std::move(processes);
  return read;
}

}  // namespace

std::string subject_of(const LiveGpu& gpu) {
  return "gpu " + std::to_string(gpu.index) + " (" + gpu.uuid + ")";
}

Result<nvmlDevice_t> device_by_uuid(const Nvml& nvml, const std::string& uuid) {
  nvml.about_uuid(uuid);
  nvmlDevice_t device = nullptr;
  const nvmlReturn_t code = nvml.DeviceGetHandleByUUID(uuid.c_str(), &device);
  if (code == NVML_ERROR_NOT_FOUND || code == NVML_ERROR_INVALID_ARGUMENT) {
    return fail(ErrorCode::kStale, "there is no GPU " + uuid + " any more", "read the node again");
  }
  if (code != NVML_SUCCESS) {
    return nvml_failure(nvml.DeviceGetHandleByUUID, code, uuid);
  }
  if (device == nullptr) {
    return nvml_garbage("GPU " + uuid + " has no handle");
  }
  return device;
}

Status read_state(const Nvml& nvml, nvmlDevice_t device, ReadGpu& read) {
  Status outcome;
  for (int attempt = 0; attempt < kReadsMax; ++attempt) {
    if (attempt > 0) {
      nvml.pause(milliseconds(20) * attempt);
    }
    outcome = read_state_once(nvml, device, read);
    if (outcome || outcome.error().code == ErrorCode::kPermission) {
      break;
    }
  }
  return outcome;
}

Result<ReadGpu> read_gpu(const Nvml& nvml, unsigned index, nvmlDevice_t device,
                         std::vector<std::string>& warnings) {
  ReadGpu read;
  read.gpu.index = index;
  if (const Status known = read_identity(nvml, device, read.gpu); !known) {
    return fail(known);
  }
  if (const Status mode = read_mode(nvml, device, read.gpu); !mode) {
    return fail(mode);
  }
  read.gpu.virtualization = virtualization_of(nvml, device);
  if (read.gpu.capable() && read.gpu.virtualization == Virtualization::kVgpu) {
    warnings.push_back(subject_of(read.gpu) + " is a virtual GPU: its host decides about its MIG " +
                       "mode and instances");
    read.gpu.mode = MigMode::kNotCapable;  // Not to us.
    read.gpu.pending = MigMode::kNotCapable;
  }
  if (!read.gpu.capable()) {
    return without_mig(nvml, device, std::move(read));
  }
  read.gpu.resetless = resetless(nvml, device);
  const GpuIdentity identity{.device = device,
                             .subject = subject_of(read.gpu),
                             .name = read.gpu.name,
                             .pci_device = read.gpu.pci_device,
                             .memory = memory_of(nvml, device)};
  Result<std::optional<Model>> model = read_model(nvml, identity, warnings);
  if (!model) {
    return fail(model);
  }
  std::optional<Model>& known = *model;
  if (!known) {
    read.gpu.mode = MigMode::kNotCapable;  // Not to us.
    read.gpu.pending = MigMode::kNotCapable;
    return without_mig(nvml, device, std::move(read));
  }
  read.model = *std::move(known);
  if (const Status state = read_state(nvml, device, read); !state) {
    return fail(state);
  }
  return read;
}

}  // namespace sectile
