#include "src/device/instances.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "src/device/compute_profiles.h"
#include "src/device/figures.h"
#include "src/device/nvml_error.h"
#include "src/device/text.h"

namespace sectile {
namespace {

// The kernel driver allows 8; the room is wider so that a driver which allows more shows itself.
constexpr unsigned kRoom = 64;

Result<Placement> sound_placement(unsigned start, unsigned size, const std::string& what) {
  if (size == 0 || size > kSlicesMax || start > kSlicesMax - size) {
    return nvml_garbage(what + " has placement " + std::to_string(start) + ":" +
                        std::to_string(size));
  }
  return Placement{.start = static_cast<int>(start), .size = static_cast<int>(size)};
}

// The handles that `function` lists.
template <typename Handle, typename Function, typename Parent>
Result<std::vector<Handle>> handles(const Function& function, Parent parent, unsigned profile,
                                    const std::string& subject) {
  std::vector<Handle> found(kRoom, nullptr);
  unsigned count = kRoom;
  const nvmlReturn_t code = function(parent, profile, found.data(), &count);
  if (code == NVML_ERROR_NOT_SUPPORTED) {
    return fail(ErrorCode::kStale, nvml_failure(function, code, subject).error().message,
                "MIG is off by now, or the profile is gone: read the GPU and plan again");
  }
  if (code != NVML_SUCCESS) {
    return nvml_failure(function, code, subject);
  }
  if (count > kRoom) {
    return nvml_garbage(std::to_string(count) + " instances of one profile on " + subject);
  }
  found.resize(count);
  if (std::ranges::find(found, nullptr) != found.end()) {
    return nvml_garbage("an instance without a handle on " + subject);
  }
  return found;
}

// A UUID as NVML writes it, or nothing.
std::string uuid_of(const Nvml& nvml, nvmlDevice_t device) {
  std::array<char, NVML_DEVICE_UUID_V2_BUFFER_SIZE> buffer{};
  if (device == nullptr ||
      nvml.DeviceGetUUID(device, buffer.data(), buffer.size()) != NVML_SUCCESS) {
    return {};
  }
  const std::string_view all(buffer.data(), buffer.size());
  return printable(all.substr(0, all.find('\0')));
}

std::string mig_uuid(const Nvml& nvml, nvmlDevice_t device) {
  std::string uuid = uuid_of(nvml, device);
  // Some drivers give the GPU here and not the MIG device.
  return uuid.starts_with("MIG-") ? uuid : "";
}

// Where the compute instance lies. The first version of the call does not say; then only the one
// that fills its GPU instance has a place that is known.
nvmlReturn_t compute_info(const Nvml& nvml, nvmlComputeInstance_t handle,
                          nvmlComputeInstanceInfo_t& info) {
  info = {};
  const nvmlReturn_t code = nvml.ComputeInstanceGetInfo_v2(handle, &info);
  if (code != NVML_ERROR_FUNCTION_NOT_FOUND) {
    return code;
  }
  nvmlComputeInstanceInfo_v1_t first{};
  const nvmlReturn_t older = nvml.ComputeInstanceGetInfo(handle, &first);
  info = {.device = first.device,
          .gpuInstance = first.gpuInstance,
          .id = first.id,
          .profileId = first.profileId,
          .placement = {}};
  return older;
}

// Adds the compute instances of one kind.
Status add_compute(const Nvml& nvml, const GpuInstanceHandle& instance, const ComputeProfile& kind,
                   const std::string& subject, std::vector<LiveCompute>& all) {
  const Result<std::vector<ComputeInstanceHandle>> found =
      list_compute(nvml, instance, kind.id, subject);
  if (!found) {
    return fail(found);
  }
  for (const ComputeInstanceHandle& one : *found) {
    all.push_back(one.value);
    Placement& place = all.back().slot.placement;
    place = place.size == 0 && kind.fills ? kind.placements.front() : place;
  }
  return {};
}

Result<std::vector<LiveCompute>> all_compute(const Nvml& nvml, const GpuInstanceHandle& instance,
                                             const Profile& profile, const std::string& subject) {
  std::vector<LiveCompute> all;
  for (const ComputeProfile& kind : profile.compute_profiles) {
    if (const Status added = add_compute(nvml, instance, kind, subject, all); !added) {
      return fail(added);
    }
  }
  std::ranges::sort(all, {}, &LiveCompute::id);
  if (std::ranges::adjacent_find(all, {}, &LiveCompute::id) != all.end()) {
    return nvml_garbage("two compute instances with one id on " + subject);
  }
  return all;
}

// Adds the instances of one profile, and corrects its compute profiles by what they say.
Status add_instances(const Nvml& nvml, nvmlDevice_t device, const std::string& subject,
                     Profile& profile, std::vector<LiveInstance>& all) {
  const Result<std::vector<GpuInstanceHandle>> found =
      list_instances(nvml, device, profile.id, subject);
  if (!found) {
    return fail(found);
  }
  if (!found->empty()) {
    Status read = read_compute_profiles(nvml, found->front().handle, subject, profile);
    if (!read) {
      return read;
    }
  }
  for (const GpuInstanceHandle& one : *found) {
    Result<std::vector<LiveCompute>> compute = all_compute(nvml, one, profile, subject);
    if (!compute) {
      return fail(compute);
    }
    all.push_back({.id = one.id,
                   .profile = one.profile,
                   .placement = one.placement,
                   .compute = *std::move(compute)});
  }
  return {};
}

}  // namespace

Result<std::vector<GpuInstanceHandle>> list_instances(const Nvml& nvml, nvmlDevice_t device,
                                                      ProfileId profile,
                                                      const std::string& subject) {
  const Result<std::vector<nvmlGpuInstance_t>> found =
      handles<nvmlGpuInstance_t>(nvml.DeviceGetGpuInstances, device, profile.value, subject);
  if (!found) {
    return fail(found);
  }
  std::vector<GpuInstanceHandle> instances;
  for (nvmlGpuInstance_st* const handle : *found) {
    nvmlGpuInstanceInfo_t info{};
    if (const nvmlReturn_t code = nvml.GpuInstanceGetInfo(handle, &info); code != NVML_SUCCESS) {
      return nvml_failure(nvml.GpuInstanceGetInfo, code, subject);
    }
    const std::string what = "gpu instance " + std::to_string(info.id) + " of " + subject;
    if (info.profileId != profile.value) {
      return nvml_garbage(what + " has profile " + std::to_string(info.profileId) + ", not " +
                          std::to_string(profile.value));
    }
    const Result<Placement> placement =
        sound_placement(info.placement.start, info.placement.size, what);
    if (!placement) {
      return fail(placement);
    }
    instances.push_back({.handle = handle,
                         .id = GpuInstanceId{info.id},
                         .profile = profile,
                         .placement = *placement});
  }
  return instances;
}

Result<std::vector<ComputeInstanceHandle>> list_compute(const Nvml& nvml,
                                                        const GpuInstanceHandle& instance,
                                                        ComputeProfileId profile,
                                                        const std::string& subject) {
  const Result<std::vector<nvmlComputeInstance_t>> found = handles<nvmlComputeInstance_t>(
      nvml.GpuInstanceGetComputeInstances, instance.handle, profile.value, subject);
  if (!found) {
    return fail(found);
  }
  std::vector<ComputeInstanceHandle> instances;
  for (nvmlComputeInstance_st* const handle : *found) {
    nvmlComputeInstanceInfo_t info{};
    if (const nvmlReturn_t code = compute_info(nvml, handle, info); code != NVML_SUCCESS) {
      return nvml_failure(nvml.ComputeInstanceGetInfo_v2, code, subject);
    }
    const std::string what = "compute instance " + std::to_string(info.id) + " of " + subject;
    if (info.profileId != profile.value) {
      return nvml_garbage(what + " has profile " + std::to_string(info.profileId) + ", not " +
                          std::to_string(profile.value));
    }
    const bool placed = info.placement.size != 0;
    const Result<Placement> placement =
        placed ? sound_placement(info.placement.start, info.placement.size, what)
               : Result<Placement>(Placement{});
    if (!placement) {
      return fail(placement);
    }
    instances.push_back({.handle = handle,
                         .value = {.id = ComputeInstanceId{info.id},
                                   .slot = {.profile = profile, .placement = *placement},
                                   .uuid = mig_uuid(nvml, info.device)}});
  }
  return instances;
}

void fill_uuids(const Nvml& nvml, nvmlDevice_t device, std::vector<LiveInstance>& instances) {
  const bool missing = std::ranges::any_of(instances, [](const LiveInstance& instance) {
    return std::ranges::any_of(instance.compute,
                               [](const LiveCompute& one) { return one.uuid.empty(); });
  });
  unsigned count = 0;
  if (!missing || nvml.DeviceGetMaxMigDeviceCount(device, &count) != NVML_SUCCESS) {
    return;
  }
  for (unsigned index = 0; index < std::min(count, kRoom); ++index) {
    nvmlDevice_t mig = nullptr;
    unsigned instance_id = NVML_INVALID_INSTANCE_ID;
    unsigned compute_id = NVML_INVALID_INSTANCE_ID;
    if (nvml.DeviceGetMigDeviceHandleByIndex(device, index, &mig) != NVML_SUCCESS ||
        mig == nullptr || nvml.DeviceGetGpuInstanceId(mig, &instance_id) != NVML_SUCCESS ||
        nvml.DeviceGetComputeInstanceId(mig, &compute_id) != NVML_SUCCESS) {
      continue;
    }
    const auto instance =
        std::ranges::find(instances, GpuInstanceId{instance_id}, &LiveInstance::id);
    if (instance == instances.end()) {
      continue;
    }
    const auto compute =
        std::ranges::find(instance->compute, ComputeInstanceId{compute_id}, &LiveCompute::id);
    if (compute != instance->compute.end() && compute->uuid.empty()) {
      compute->uuid = mig_uuid(nvml, mig);
    }
  }
}

Result<std::vector<LiveInstance>> read_instances(const Nvml& nvml, nvmlDevice_t device,
                                                 const std::string& subject, Model& model) {
  std::vector<LiveInstance> instances;
  for (Profile& profile : model.profiles) {
    if (const Status added = add_instances(nvml, device, subject, profile, instances); !added) {
      return fail(added);
    }
  }
  std::ranges::sort(instances, {}, &LiveInstance::id);
  if (std::ranges::adjacent_find(instances, {}, &LiveInstance::id) != instances.end()) {
    return nvml_garbage("two gpu instances with one id on " + subject);
  }
  fill_uuids(nvml, device, instances);
  std::ranges::sort(instances, {}, &LiveInstance::placement);
  return instances;
}

}  // namespace sectile
