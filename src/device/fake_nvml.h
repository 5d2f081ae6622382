// FakeNvml: a driver in memory, for tests. It keeps the rules of MIG by way of geometry/fit.h and
// hands out handles that die with what they name; a test may break any call.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sectile/device/node.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/fit.h"
#include "src/device/nvml.h"

// A driver in one object: each function below is a table of small ones, and handles are numbers.
// NOLINTBEGIN(readability-function-size,readability-function-cognitive-complexity,performance-no-int-to-ptr)
namespace sectile {

class FakeNvml {
 public:
  struct Compute {
    unsigned id = 0;
    ComputeSlot slot;
  };
  struct Instance {
    unsigned id = 0;
    ProfileId profile;
    Placement placement;
    std::vector<Compute> compute;
  };
  struct Gpu {
    std::string uuid;
    std::string name;
    Model model;
    bool enabled = true;
    bool pending = true;
    bool activates = true;  // Otherwise a new mode stays pending until reset().
    std::vector<Instance> instances;
    std::vector<nvmlProcessInfo_t> processes;

    Layout layout() const {
      Layout result;
      for (const Instance& one : instances) {
        const Profile& profile = *model.find(one.profile);
        Slot slot = Slot::bare(profile, one.placement.start);
        for (const Compute& compute : one.compute) {
          slot = slot.with_compute(profile, compute.slot).value();
        }
        result = result.with_unchecked(slot).value();
      }
      return result;
    }
    Instance* find(const Placement& placement) {
      const auto found = std::ranges::find(instances, placement, &Instance::placement);
      return found == instances.end() ? nullptr : &*found;
    }
    void reset() {
      enabled = pending;
      instances.clear();
    }
  };

  std::vector<Gpu> gpus;
  int calls = 0;  // Of any function.
  // Asked before each call: a code to return at once, or nothing to let the call happen. Success
  // then means "success without effect".
  std::function<std::optional<nvmlReturn_t>(const std::string& name)> intercept;
  std::vector<std::string> destroyed;  // "GPU-0 4:4", every GPU instance ever destroyed.

  Gpu& add(const std::string& key, const Layout& layout = {}) {
    Gpu gpu;
    gpu.uuid = "GPU-" + std::to_string(gpus.size());
    gpu.model = *find_model(key).value();
    gpu.name = gpu.model.product_names.front();
    gpus.push_back(std::move(gpu));
    set(gpus.back(), layout);
    return gpus.back();
  }

  void set(Gpu& gpu, const Layout& layout) {
    gpu.instances.clear();
    for (const Slot& slot : layout.slots()) {
      Instance instance{next_id(gpu.instances), slot.profile(), slot.placement(), {}};
      for (const ComputeSlot& compute : slot.compute()) {
        instance.compute.push_back({next_id(instance.compute), compute});
      }
      gpu.instances.push_back(std::move(instance));
    }
  }

  // A process in the first compute instance of the GPU instance at `placement`.
  void occupy(Gpu& gpu, const Placement& placement, unsigned pid) {
    const Instance& instance = *gpu.find(placement);
    const unsigned compute =
        instance.compute.empty() ? NVML_INVALID_INSTANCE_ID : instance.compute.front().id;
    gpu.processes.push_back({pid, 1ULL << 30U, instance.id, compute});
  }

  NvmlTable table() {
    NvmlTable table;
    devices(table);
    profiles(table);
    gpu_instances(table);
    compute_instances(table);
    mig_devices(table);
    processes(table);
    table.for_each([this](auto& function) { guard(function); });
    return table;
  }

  Node node() { return node(table()); }
  static Node node(const NvmlTable& table) {
    std::unique_ptr<Nvml> nvml = Nvml::start(table).value();
    nvml->pause = [](std::chrono::milliseconds) {};
    return Node(std::move(nvml));
  }

 private:
  // What a handle names. Handles are numbers that are used once.
  struct Name {
    std::size_t gpu = 0;
    std::optional<unsigned> instance;
    std::optional<unsigned> compute;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  std::map<std::uintptr_t, Name> names_;
  std::uintptr_t next_handle_ = 1;

  template <typename T>
  static unsigned next_id(const std::vector<T>& taken) {
    unsigned id = 1;
    while (std::ranges::find(taken, id, &T::id) != taken.end()) {
      ++id;
    }
    return id;
  }

  template <typename Handle>
  Handle handle(const Name& name) {
    for (const auto& [token, known] : names_) {
      if (known == name) {
        return reinterpret_cast<Handle>(token);
      }
    }
    names_[next_handle_] = name;
    return reinterpret_cast<Handle>(next_handle_++);
  }
  template <typename Handle>
  const Name* name(Handle handle) const {
    const auto found = names_.find(reinterpret_cast<std::uintptr_t>(handle));
    return found == names_.end() ? nullptr : &found->second;
  }
  void forget(const Name& gone) {
    std::erase_if(names_, [&](const auto& entry) {
      const Name& known = entry.second;
      return known.gpu == gone.gpu && known.instance == gone.instance &&
             (!gone.compute || known.compute == gone.compute);
    });
  }

  Gpu* gpu(nvmlDevice_t device) {
    const Name* known = name(device);
    return known == nullptr ? nullptr : &gpus[known->gpu];
  }
  Instance* instance(const Name& known) {
    auto& all = gpus[known.gpu].instances;
    const auto found = std::ranges::find(all, known.instance.value_or(0), &Instance::id);
    return found == all.end() ? nullptr : &*found;
  }
  Instance* instance(nvmlGpuInstance_t handle) {
    const Name* known = name(handle);
    return known == nullptr ? nullptr : instance(*known);
  }
  Compute* compute(nvmlComputeInstance_t handle) {
    const Name* known = name(handle);
    Instance* parent = known == nullptr ? nullptr : instance(*known);
    if (parent == nullptr) {
      return nullptr;
    }
    const auto found = std::ranges::find(parent->compute, known->compute.value_or(0), &Compute::id);
    return found == parent->compute.end() ? nullptr : &*found;
  }

  template <typename... Arguments>
  void guard(NvmlFunction<nvmlReturn_t(Arguments...) noexcept>& function) {
    if (!function.target) {
      return;
    }
    function.target = [this, name = std::string(function.name()),
                       inner = std::move(function.target)](Arguments... arguments) {
      ++calls;
      const std::optional<nvmlReturn_t> broken = intercept ? intercept(name) : std::nullopt;
      return broken ? *broken : inner(arguments...);
    };
  }

  static nvmlReturn_t write(const std::string& text, char* buffer, unsigned length) {
    if (length <= text.size()) {
      return NVML_ERROR_INSUFFICIENT_SIZE;
    }
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return NVML_SUCCESS;
  }

  std::string uuid_of(const Name& known) const {
    const std::string& whole = gpus[known.gpu].uuid;
    return known.instance ? "MIG-" + whole + "/" + std::to_string(*known.instance) + "/" +
                                std::to_string(known.compute.value_or(0))
                          : whole;
  }

  void devices(NvmlTable& table) {
    table.Init_v2.target = [] { return NVML_SUCCESS; };
    table.Shutdown.target = [] { return NVML_SUCCESS; };
    table.SystemGetDriverVersion.target = [](char* buffer, unsigned length) {
      return write("570.133.20", buffer, length);
    };
    table.DeviceGetCount_v2.target = [this](unsigned* count) {
      *count = static_cast<unsigned>(gpus.size());
      return NVML_SUCCESS;
    };
    table.DeviceGetHandleByIndex_v2.target = [this](unsigned index, nvmlDevice_t* device) {
      if (index >= gpus.size()) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      *device = handle<nvmlDevice_t>({.gpu = index, .instance = {}, .compute = {}});
      return NVML_SUCCESS;
    };
    table.DeviceGetHandleByUUID.target = [this](const char* uuid, nvmlDevice_t* device) {
      for (std::size_t index = 0; index < gpus.size(); ++index) {
        if (gpus[index].uuid == uuid) {
          *device = handle<nvmlDevice_t>({.gpu = index, .instance = {}, .compute = {}});
          return NVML_SUCCESS;
        }
      }
      return NVML_ERROR_NOT_FOUND;
    };
    table.DeviceGetUUID.target = [this](nvmlDevice_t device, char* buffer, unsigned length) {
      const Name* known = name(device);
      return known == nullptr ? NVML_ERROR_INVALID_ARGUMENT
                              : write(uuid_of(*known), buffer, length);
    };
    table.DeviceGetName.target = [this](nvmlDevice_t device, char* buffer, unsigned length) {
      return write(gpu(device)->name, buffer, length);
    };
    table.DeviceGetPciInfo_v3.target = [this](nvmlDevice_t device, nvmlPciInfo_t* pci) {
      const std::vector<std::uint16_t>& ids = gpu(device)->model.pci_devices;
      const std::uint32_t id = ids.empty() ? 0xFFFDU : ids.front();
      pci->pciDeviceId = (id << 16U) | 0x10DEU;
      return write("00000000:07:00.0", pci->busId, sizeof pci->busId);
    };
    table.DeviceGetMemoryInfo.target = [this](nvmlDevice_t device, nvmlMemory_t* memory) {
      *memory = {static_cast<unsigned long long>(gpu(device)->model.memory.value) << 20U, 0, 0};
      return NVML_SUCCESS;
    };
    table.DeviceGetMigMode.target = [this](nvmlDevice_t device, unsigned* now, unsigned* then) {
      *now = gpu(device)->enabled ? NVML_DEVICE_MIG_ENABLE : NVML_DEVICE_MIG_DISABLE;
      *then = gpu(device)->pending ? NVML_DEVICE_MIG_ENABLE : NVML_DEVICE_MIG_DISABLE;
      return NVML_SUCCESS;
    };
    table.DeviceSetMigMode.target = [this](nvmlDevice_t device, unsigned mode,
                                           nvmlReturn_t* activation) {
      return set_mode(*gpu(device), mode == NVML_DEVICE_MIG_ENABLE, *activation);
    };
  }

  static nvmlReturn_t set_mode(Gpu& gpu, bool enabled, nvmlReturn_t& activation) {
    if (!gpu.instances.empty()) {
      return NVML_ERROR_IN_USE;
    }
    const bool activates = gpu.activates && gpu.processes.empty();
    gpu.pending = enabled;
    gpu.enabled = activates ? enabled : gpu.enabled;
    activation = gpu.enabled == gpu.pending ? NVML_SUCCESS : NVML_ERROR_IN_USE;
    return NVML_SUCCESS;
  }

  // Answers any version of the call: `Info` has the same members in each.
  template <typename Info>
  nvmlReturn_t profile_info(nvmlDevice_t device, unsigned index, Info& info) {
    const Profile* profile = gpu(device)->model.find_by_nvml_index(static_cast<int>(index));
    if (index >= NVML_GPU_INSTANCE_PROFILE_COUNT) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (profile == nullptr) {
      return NVML_ERROR_NOT_SUPPORTED;
    }
    info.id = profile->id.value;
    info.sliceCount = static_cast<unsigned>(profile->compute_slices);
    info.instanceCount = static_cast<unsigned>(profile->max_count);
    info.multiprocessorCount = static_cast<unsigned>(profile->sm_count);
    info.copyEngineCount = static_cast<unsigned>(profile->engines.copy);
    info.decoderCount = static_cast<unsigned>(profile->engines.decode);
    info.encoderCount = static_cast<unsigned>(profile->engines.encode);
    info.jpegCount = static_cast<unsigned>(profile->engines.jpeg);
    info.ofaCount = static_cast<unsigned>(profile->engines.ofa);
    info.memorySizeMB = static_cast<unsigned long long>(profile->memory.value);
    if constexpr (requires { info.name; }) {
      return write("MIG " + profile->name, info.name, sizeof info.name);
    }
    return NVML_SUCCESS;
  }

  void profiles(NvmlTable& table) {
    table.DeviceGetGpuInstanceProfileInfo.target = [this](nvmlDevice_t device, unsigned index,
                                                          nvmlGpuInstanceProfileInfo_t* info) {
      return profile_info(device, index, *info);
    };
    table.DeviceGetGpuInstanceProfileInfoV.target = [this](nvmlDevice_t device, unsigned index,
                                                           nvmlGpuInstanceProfileInfo_v2_t* info) {
      if (info->version == nvmlGpuInstanceProfileInfo_v3) {
        return profile_info(device, index,
                            *reinterpret_cast<nvmlGpuInstanceProfileInfo_v3_t*>(info));
      }
      return info->version == nvmlGpuInstanceProfileInfo_v2 ? profile_info(device, index, *info)
                                                            : NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    };
    table.DeviceGetGpuInstancePossiblePlacements.target = [this](nvmlDevice_t device, unsigned id,
                                                                 nvmlGpuInstancePlacement_t* room,
                                                                 unsigned* count) {
      const Profile* profile = gpu(device)->model.find(ProfileId{id});
      if (profile == nullptr) {
        return NVML_ERROR_NOT_SUPPORTED;
      }
      *count = 0;
      for (const int start : profile->starts) {
        if (room != nullptr) {
          room[*count] = {static_cast<unsigned>(start),
                          static_cast<unsigned>(profile->memory_slices)};
        }
        ++*count;
      }
      return NVML_SUCCESS;
    };
    table.DeviceGetGpuInstancePossiblePlacements_v2.target =
        table.DeviceGetGpuInstancePossiblePlacements.target;
  }

  nvmlReturn_t create(nvmlDevice_t device, unsigned id, const nvmlGpuInstancePlacement_t& place) {
    Gpu& owner = *gpu(device);
    const Profile* profile = owner.model.find(ProfileId{id});
    const int start = static_cast<int>(place.start);
    if (!owner.enabled) {
      return NVML_ERROR_NOT_SUPPORTED;
    }
    if (profile == nullptr || std::ranges::find(profile->starts, start) == profile->starts.end()) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (owner.instances.empty() && !owner.processes.empty()) {
      return NVML_ERROR_IN_USE;
    }
    if (!fits(owner.model, owner.layout(), *profile, start)) {
      return NVML_ERROR_INSUFFICIENT_RESOURCES;
    }
    owner.instances.push_back({next_id(owner.instances), profile->id, profile->at(start), {}});
    return NVML_SUCCESS;
  }

  nvmlReturn_t destroy(nvmlGpuInstance_t handle) {
    const Name known = *name(handle);
    Gpu& owner = gpus[known.gpu];
    const Instance& gone = *instance(known);
    const bool used = std::ranges::find(owner.processes, gone.id,
                                        &nvmlProcessInfo_t::gpuInstanceId) != owner.processes.end();
    if (!gone.compute.empty() || used) {
      return NVML_ERROR_IN_USE;
    }
    destroyed.push_back(owner.uuid + " " + to_string(gone.placement));
    std::erase_if(owner.instances, [&](const Instance& one) { return one.id == known.instance; });
    forget(known);
    return NVML_SUCCESS;
  }

  void gpu_instances(NvmlTable& table) {
    table.DeviceGetGpuInstances.target = [this](nvmlDevice_t device, unsigned id,
                                                nvmlGpuInstance_t* room, unsigned* count) {
      const Name parent = *name(device);
      *count = 0;
      for (const Instance& one : gpus[parent.gpu].instances) {
        if (one.profile.value == id) {
          room[(*count)++] =
              handle<nvmlGpuInstance_t>({.gpu = parent.gpu, .instance = one.id, .compute = {}});
        }
      }
      return gpus[parent.gpu].enabled ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
    };
    table.DeviceGetGpuInstanceById.target = [this](nvmlDevice_t device, unsigned id,
                                                   nvmlGpuInstance_t* found) {
      const Name wanted{.gpu = name(device)->gpu, .instance = id, .compute = {}};
      if (instance(wanted) == nullptr) {
        return NVML_ERROR_NOT_FOUND;
      }
      *found = handle<nvmlGpuInstance_t>(wanted);
      return NVML_SUCCESS;
    };
    table.GpuInstanceGetInfo.target = [this](nvmlGpuInstance_t handle,
                                             nvmlGpuInstanceInfo_t* info) {
      const Instance* one = instance(handle);
      if (one == nullptr) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      *info = {nullptr,
               one->id,
               one->profile.value,
               {static_cast<unsigned>(one->placement.start),
                static_cast<unsigned>(one->placement.size)}};
      return NVML_SUCCESS;
    };
    table.DeviceCreateGpuInstanceWithPlacement.target =
        [this](nvmlDevice_t device, unsigned id, const nvmlGpuInstancePlacement_t* place,
               nvmlGpuInstance_t*) { return create(device, id, *place); };
    table.GpuInstanceDestroy.target = [this](nvmlGpuInstance_t handle) {
      return instance(handle) == nullptr ? NVML_ERROR_INVALID_ARGUMENT : destroy(handle);
    };
  }

  const Profile& profile_of(nvmlGpuInstance_t handle) {
    return *gpus[name(handle)->gpu].model.find(instance(handle)->profile);
  }

  nvmlReturn_t compute_info(nvmlGpuInstance_t parent, unsigned index,
                            nvmlComputeInstanceProfileInfo_t& info) {
    if (index >= NVML_COMPUTE_INSTANCE_PROFILE_COUNT) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    const ComputeProfile* kind = profile_of(parent).find_compute(ComputeProfileId{index});
    if (kind == nullptr) {
      return NVML_ERROR_NOT_SUPPORTED;
    }
    info.id = kind->id.value;
    info.sliceCount = static_cast<unsigned>(kind->compute_slices);
    info.instanceCount = static_cast<unsigned>(kind->max_count);
    info.multiprocessorCount = static_cast<unsigned>(kind->sm_count);
    return NVML_SUCCESS;
  }

  nvmlReturn_t create_compute(nvmlGpuInstance_t parent, unsigned id,
                              const nvmlComputeInstancePlacement_t& place) {
    const Profile& profile = profile_of(parent);
    Instance& owner = *instance(parent);
    Slot slot = Slot::bare(profile, owner.placement.start);
    for (const Compute& one : owner.compute) {
      slot = slot.with_compute(profile, one.slot).value();
    }
    const ComputeSlot wanted{ComputeProfileId{id},
                             {static_cast<int>(place.start), static_cast<int>(place.size)}};
    if (const Result<Slot> with = slot.with_compute(profile, wanted); !with) {
      return with.error().code == ErrorCode::kUnsatisfiable ? NVML_ERROR_INSUFFICIENT_RESOURCES
                                                            : NVML_ERROR_INVALID_ARGUMENT;
    }
    owner.compute.push_back({next_id(owner.compute), wanted});
    return NVML_SUCCESS;
  }

  nvmlReturn_t destroy_compute(nvmlComputeInstance_t handle) {
    const Name known = *name(handle);
    const bool used =
        std::ranges::any_of(gpus[known.gpu].processes, [&](const nvmlProcessInfo_t& process) {
          return process.gpuInstanceId == known.instance &&
                 process.computeInstanceId == known.compute;
        });
    if (used) {
      return NVML_ERROR_IN_USE;
    }
    std::erase_if(instance(known)->compute,
                  [&](const Compute& one) { return one.id == known.compute; });
    forget(known);
    return NVML_SUCCESS;
  }

  void compute_instances(NvmlTable& table) {
    table.GpuInstanceGetComputeInstanceProfileInfo.target =
        [this](nvmlGpuInstance_t parent, unsigned index, unsigned,
               nvmlComputeInstanceProfileInfo_t* info) {
          return compute_info(parent, index, *info);
        };
    table.GpuInstanceGetComputeInstancePossiblePlacements.target =
        [this](nvmlGpuInstance_t parent, unsigned id, nvmlComputeInstancePlacement_t* room,
               unsigned* count) {
          const ComputeProfile* kind = profile_of(parent).find_compute(ComputeProfileId{id});
          *count = 0;
          for (const Placement& place : kind->placements) {
            if (room != nullptr) {
              room[*count] = {static_cast<unsigned>(place.start),
                              static_cast<unsigned>(place.size)};
            }
            ++*count;
          }
          return NVML_SUCCESS;
        };
    table.GpuInstanceGetComputeInstances.target = [this](nvmlGpuInstance_t parent, unsigned id,
                                                         nvmlComputeInstance_t* room,
                                                         unsigned* count) {
      *count = 0;
      if (instance(parent) == nullptr) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      Name child = *name(parent);
      for (const Compute& one : instance(parent)->compute) {
        child.compute = one.id;
        if (one.slot.profile.value == id) {
          room[(*count)++] = handle<nvmlComputeInstance_t>(child);
        }
      }
      return NVML_SUCCESS;
    };
    table.GpuInstanceGetComputeInstanceById.target = [this](nvmlGpuInstance_t parent, unsigned id,
                                                            nvmlComputeInstance_t* found) {
      if (instance(parent) == nullptr) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      Name child = *name(parent);
      child.compute = id;
      const auto& all = instance(parent)->compute;
      if (std::ranges::find(all, id, &Compute::id) == all.end()) {
        return NVML_ERROR_NOT_FOUND;
      }
      *found = handle<nvmlComputeInstance_t>(child);
      return NVML_SUCCESS;
    };
    table.ComputeInstanceGetInfo_v2.target = [this](nvmlComputeInstance_t handle,
                                                    nvmlComputeInstanceInfo_t* info) {
      const Compute* one = compute(handle);
      if (one == nullptr) {
        return NVML_ERROR_INVALID_ARGUMENT;
      }
      *info = {this->handle<nvmlDevice_t>(*name(handle)),
               nullptr,
               one->id,
               one->slot.profile.value,
               {static_cast<unsigned>(one->slot.placement.start),
                static_cast<unsigned>(one->slot.placement.size)}};
      return NVML_SUCCESS;
    };
    table.GpuInstanceCreateComputeInstanceWithPlacement.target =
        [this](nvmlGpuInstance_t parent, unsigned id, const nvmlComputeInstancePlacement_t* place,
               nvmlComputeInstance_t*) { return create_compute(parent, id, *place); };
    table.ComputeInstanceDestroy.target = [this](nvmlComputeInstance_t handle) {
      return compute(handle) == nullptr ? NVML_ERROR_INVALID_ARGUMENT : destroy_compute(handle);
    };
  }

  void mig_devices(NvmlTable& table) {
    table.DeviceGetMaxMigDeviceCount.target = [this](nvmlDevice_t device, unsigned* count) {
      *count = static_cast<unsigned>(gpu(device)->model.max_instances);
      return NVML_SUCCESS;
    };
    table.DeviceGetMigDeviceHandleByIndex.target = [this](nvmlDevice_t device, unsigned index,
                                                          nvmlDevice_t* mig) {
      Name child = *name(device);
      for (const Instance& one : gpu(device)->instances) {
        child.instance = one.id;
        for (const Compute& inner : one.compute) {
          child.compute = inner.id;
          if (index-- == 0) {
            *mig = handle<nvmlDevice_t>(child);
            return NVML_SUCCESS;
          }
        }
      }
      return NVML_ERROR_NOT_FOUND;
    };
    table.DeviceGetGpuInstanceId.target = [this](nvmlDevice_t mig, unsigned* id) {
      *id = name(mig)->instance.value_or(NVML_INVALID_INSTANCE_ID);
      return NVML_SUCCESS;
    };
    table.DeviceGetComputeInstanceId.target = [this](nvmlDevice_t mig, unsigned* id) {
      *id = name(mig)->compute.value_or(NVML_INVALID_INSTANCE_ID);
      return NVML_SUCCESS;
    };
  }

  template <typename Info>
  nvmlReturn_t list(nvmlDevice_t device, unsigned& count, Info* room) {
    const auto& all = gpu(device)->processes;
    const unsigned capacity = std::exchange(count, static_cast<unsigned>(all.size()));
    if (capacity < all.size()) {
      return NVML_ERROR_INSUFFICIENT_SIZE;
    }
    for (const nvmlProcessInfo_t& one : all) {
      Info info{};
      info.pid = one.pid;
      info.usedGpuMemory = one.usedGpuMemory;
      if constexpr (requires { info.gpuInstanceId; }) {
        info = one;
      }
      *room++ = info;
    }
    return NVML_SUCCESS;
  }

  void processes(NvmlTable& table) {
    table.DeviceGetComputeRunningProcesses.target = [this](nvmlDevice_t device, unsigned* count,
                                                           nvmlProcessInfo_v1_t* room) {
      return list(device, *count, room);
    };
    table.DeviceGetComputeRunningProcesses_v2.target = [this](nvmlDevice_t device, unsigned* count,
                                                              nvmlProcessInfo_v2_t* room) {
      return list(device, *count, room);
    };
    table.DeviceGetComputeRunningProcesses_v3.target =
        table.DeviceGetComputeRunningProcesses_v2.target;
    table.DeviceGetGraphicsRunningProcesses_v3.target = [](nvmlDevice_t, unsigned* count,
                                                           nvmlProcessInfo_t*) {
      *count = 0;
      return NVML_SUCCESS;
    };
  }
};

}  // namespace sectile
// NOLINTEND(readability-function-size,readability-function-cognitive-complexity,performance-no-int-to-ptr)
