// Node's primitive changes. Each looks before and after: what counts is what was read back.
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sectile/device/node.h"
#include "src/device/instances.h"
#include "src/device/nvml.h"
#include "src/device/nvml_error.h"
#include "src/device/reader.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;

// Drivers lag: instances were seen seconds after their destruction had been reported. 10 ms, then
// twice as long each time; 2.5 s in all, and half a second for what may just be slow to let go.
constexpr int kLooksMax = 8;
constexpr int kInUseMax = 5;

// Whether `done` becomes true.
bool comes_true(const Nvml& nvml, const std::function<bool()>& done) {
  milliseconds wait(10);
  for (int look = 0; look < kLooksMax; ++look) {
    if (done()) {
      return true;
    }
    nvml.pause(wait);
    wait *= 2;
  }
  return done();
}

// Calls `destroy` until the driver no longer says that somebody uses the instance.
nvmlReturn_t destroy_patiently(const Nvml& nvml, const std::function<nvmlReturn_t()>& destroy) {
  milliseconds wait(10);
  nvmlReturn_t code = destroy();
  for (int attempt = 0; attempt < kInUseMax && code == NVML_ERROR_IN_USE; ++attempt) {
    nvml.pause(wait);
    wait *= 2;
    code = destroy();
  }
  return code;
}

std::string describe(GpuInstanceId instance, const std::string& uuid) {
  return "gpu instance " + std::to_string(instance.value) + " of " + uuid;
}

// A handle of an instance that is known by id. kStale if it is gone.
Result<GpuInstanceHandle> instance_by_id(const Nvml& nvml, nvmlDevice_t device, GpuInstanceId id,
                                         const std::string& uuid) {
  GpuInstanceHandle instance;
  instance.id = id;
  const nvmlReturn_t code = nvml.DeviceGetGpuInstanceById(device, id.value, &instance.handle);
  if (code != NVML_SUCCESS) {
    return nvml_failure(nvml.DeviceGetGpuInstanceById, code, describe(id, uuid));
  }
  if (instance.handle == nullptr) {
    return nvml_garbage(describe(id, uuid) + " has no handle");
  }
  return instance;
}

struct Found {
  nvmlDevice_t device = nullptr;
  GpuInstanceHandle instance;
};

Result<Found> find_instance(const Nvml& nvml, const std::string& uuid, GpuInstanceId id) {
  const Result<nvmlDevice_t> device = device_by_uuid(nvml, uuid);
  if (!device) {
    return fail(device);
  }
  const Result<GpuInstanceHandle> instance = instance_by_id(nvml, *device, id, uuid);
  if (!instance) {
    return fail(instance);
  }
  return Found{.device = *device, .instance = *instance};
}

GpuInstanceId id_of(const GpuInstanceHandle& instance) {
  return instance.id;
}
ComputeInstanceId id_of(const ComputeInstanceHandle& instance) {
  return instance.value.id;
}

// Those of `now` that were not there before.
template <typename T>
std::vector<T> added(const std::vector<T>& before, const std::vector<T>& now) {
  std::vector<T> fresh;
  for (const T& one : now) {
    const auto same = [&](const T& old) { return id_of(old) == id_of(one); };
    if (std::ranges::none_of(before, same)) {
      fresh.push_back(one);
    }
  }
  return fresh;
}

// What `list` shows that was not there before, once there is something.
template <typename T>
std::vector<T> await_new(const Nvml& nvml, const std::vector<T>& before,
                         const std::function<Result<std::vector<T>>()>& list) {
  std::vector<T> fresh;
  static_cast<void>(comes_true(nvml, [&] {
    const Result<std::vector<T>> now = list();
    fresh = now ? added(before, *now) : std::vector<T>{};
    return !fresh.empty();
  }));
  return fresh;
}

std::unexpected<Error> creation_failed(std::string_view call, nvmlReturn_t code,
                                       const std::string& what) {
  std::unexpected<Error> failure = nvml_failure(call, code, what);
  if (code == NVML_ERROR_NOT_SUPPORTED) {
    return fail(ErrorCode::kStale, failure.error().message,
                "MIG is off or the GPU has no such profile: read it and plan again");
  }
  return failure;
}

std::unexpected<Error> without_effect(const std::string& what) {
  return fail(ErrorCode::kFailed, what + ": the driver reported success, but it is not so",
              "look at `dmesg` for messages of the NVIDIA driver");
}

nvmlReturn_t call_create_compute(const Nvml& nvml, nvmlGpuInstance_t instance,
                                 const ComputeSlot& slot) {
  const nvmlComputeInstancePlacement_t place{static_cast<unsigned>(slot.placement.start),
                                             static_cast<unsigned>(slot.placement.size)};
  nvmlComputeInstance_t created = nullptr;
  const nvmlReturn_t code = nvml.GpuInstanceCreateComputeInstanceWithPlacement(
      instance, slot.profile.value, &place, &created);
  if (code != NVML_ERROR_FUNCTION_NOT_FOUND) {
    return code;
  }
  // Older drivers choose the place; what they chose is checked.
  return nvml.GpuInstanceCreateComputeInstance(instance, slot.profile.value, &created);
}

}  // namespace

Result<Node::ModeChange> Node::set_mode(const std::string& uuid, bool enabled) {
  const Nvml& nvml = *nvml_;
  const Result<nvmlDevice_t> device = device_by_uuid(nvml, uuid);
  if (!device) {
    return fail(device);
  }
  const unsigned wanted = enabled ? NVML_DEVICE_MIG_ENABLE : NVML_DEVICE_MIG_DISABLE;
  const std::string what = "mig mode " + std::string(enabled ? "on" : "off") + " for " + uuid;
  nvmlReturn_t activation = NVML_SUCCESS;
  if (const nvmlReturn_t code = nvml.DeviceSetMigMode(*device, wanted, &activation);
      code != NVML_SUCCESS) {
    return nvml_failure(nvml.DeviceSetMigMode, code, what);
  }
  unsigned current = ~0U;
  unsigned pending = ~0U;
  // A mode that was activated is current after a moment; one that was not stays pending.
  static_cast<void>(comes_true(nvml, [&] {
    return nvml.DeviceGetMigMode(*device, &current, &pending) == NVML_SUCCESS &&
           (activation != NVML_SUCCESS || (pending == wanted && current == wanted));
  }));
  if (pending != wanted) {
    return activation == NVML_SUCCESS ? without_effect(what)
                                      : nvml_failure(nvml.DeviceSetMigMode, activation, what);
  }
  return ModeChange{.current = current == wanted, .status = nvml_text(activation)};
}

Result<GpuInstanceId> Node::create_instance(const std::string& uuid, ProfileId profile,
                                            Placement placement) {
  const Nvml& nvml = *nvml_;
  const Result<nvmlDevice_t> device = device_by_uuid(nvml, uuid);
  if (!device) {
    return fail(device);
  }
  const std::string what =
      "profile " + std::to_string(profile.value) + " at " + to_string(placement) + " of " + uuid;
  if (placement.start < 0 || placement.size < 1) {
    return fail(ErrorCode::kInvalidArgument, what + ": no such placement");
  }
  const auto before = list_instances(nvml, *device, profile, uuid);
  if (!before) {
    return fail(before);
  }
  const nvmlGpuInstancePlacement_t place{static_cast<unsigned>(placement.start),
                                         static_cast<unsigned>(placement.size)};
  nvmlGpuInstance_t created = nullptr;
  const auto& create = nvml.DeviceCreateGpuInstanceWithPlacement;
  if (const nvmlReturn_t code = create(*device, profile.value, &place, &created);
      code != NVML_SUCCESS) {
    return creation_failed(create.name(), code, what);
  }
  const std::vector<GpuInstanceHandle> fresh = await_new<GpuInstanceHandle>(
      nvml, *before, [&] { return list_instances(nvml, *device, profile, uuid); });
  for (const GpuInstanceHandle& one : fresh) {
    if (one.placement == placement) {
      return one.id;
    }
  }
  if (fresh.size() == 1) {  // Ours, in the wrong place: take it back.
    static_cast<void>(nvml.GpuInstanceDestroy(fresh.front().handle));
    return without_effect(what + " (it came at " + to_string(fresh.front().placement) + ")");
  }
  return without_effect(what);
}

Status Node::destroy_instance(const std::string& uuid, GpuInstanceId instance) {
  const Nvml& nvml = *nvml_;
  const Result<Found> found = find_instance(nvml, uuid, instance);
  if (!found) {
    return fail(found);
  }
  const nvmlReturn_t code =
      destroy_patiently(nvml, [&] { return nvml.GpuInstanceDestroy(found->instance.handle); });
  if (code != NVML_SUCCESS) {
    return nvml_failure(nvml.GpuInstanceDestroy, code, describe(instance, uuid));
  }
  const bool gone = comes_true(nvml, [&] {
    nvmlGpuInstance_t handle = nullptr;
    return nvml.DeviceGetGpuInstanceById(found->device, instance.value, &handle) ==
           NVML_ERROR_NOT_FOUND;
  });
  return gone ? Status{} : without_effect("destroying " + describe(instance, uuid));
}

Result<LiveCompute> Node::create_compute(const std::string& uuid, GpuInstanceId instance,
                                         ComputeSlot slot) {
  const Nvml& nvml = *nvml_;
  const Result<Found> found = find_instance(nvml, uuid, instance);
  if (!found) {
    return fail(found);
  }
  const std::string what = "compute profile " + std::to_string(slot.profile.value) + " at " +
                           to_string(slot.placement) + " of " + describe(instance, uuid);
  if (slot.placement.start < 0 || slot.placement.size < 1) {
    return fail(ErrorCode::kInvalidArgument, what + ": no such placement");
  }
  const auto before = list_compute(nvml, found->instance, slot.profile, uuid);
  if (!before) {
    return fail(before);
  }
  if (const nvmlReturn_t code = call_create_compute(nvml, found->instance.handle, slot);
      code != NVML_SUCCESS) {
    return creation_failed(nvml.GpuInstanceCreateComputeInstanceWithPlacement.name(), code, what);
  }
  const std::vector<ComputeInstanceHandle> fresh = await_new<ComputeInstanceHandle>(
      nvml, *before, [&] { return list_compute(nvml, found->instance, slot.profile, uuid); });
  if (fresh.size() != 1) {
    return without_effect(what);
  }
  LiveCompute compute = fresh.front().value;
  const Placement came = compute.slot.placement;
  const bool untold = came.size == 0;  // By the first version of GetInfo.
  if (!untold && came != slot.placement) {
    static_cast<void>(nvml.ComputeInstanceDestroy(fresh.front().handle));
    return without_effect(what + " (it came at " + to_string(came) + ")");
  }
  compute.slot = slot;
  LiveInstance shell;
  shell.id = instance;
  shell.compute = {compute};
  std::vector<LiveInstance> shells{shell};
  fill_uuids(nvml, found->device, shells);
  return shells.front().compute.front();
}

Status Node::destroy_compute(const std::string& uuid, GpuInstanceId instance,
                             ComputeInstanceId compute) {
  const Nvml& nvml = *nvml_;
  const Result<Found> found = find_instance(nvml, uuid, instance);
  if (!found) {
    return fail(found);
  }
  const std::string what =
      "compute instance " + std::to_string(compute.value) + " of " + describe(instance, uuid);
  nvmlComputeInstance_t handle = nullptr;
  const auto& find = nvml.GpuInstanceGetComputeInstanceById;
  nvmlReturn_t code = find(found->instance.handle, compute.value, &handle);
  if (code != NVML_SUCCESS) {
    return nvml_failure(find, code, what);
  }
  if (handle == nullptr) {
    return nvml_garbage(what + " has no handle");
  }
  code = destroy_patiently(nvml, [&] { return nvml.ComputeInstanceDestroy(handle); });
  if (code != NVML_SUCCESS) {
    return nvml_failure(nvml.ComputeInstanceDestroy, code, what);
  }
  const bool gone = comes_true(nvml, [&] {
    nvmlComputeInstance_t left = nullptr;
    return find(found->instance.handle, compute.value, &left) == NVML_ERROR_NOT_FOUND;
  });
  return gone ? Status{} : without_effect("destroying " + what);
}

}  // namespace sectile
