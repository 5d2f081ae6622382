#include "sectile/apply/mig_devices.h"

#include <algorithm>
#include <tuple>

#include "src/apply/write_file.h"

namespace sectile {
namespace {

// "3g.40gb", or the name of the compute instance where it is but a part.
std::string profile_label(const Model& model, const LiveInstance& instance,
                          const LiveCompute& compute) {
  const Profile* const profile = model.find(instance.profile);
  const ComputeProfile* const kind =
      profile == nullptr ? nullptr : profile->find_compute(compute.slot.profile);
  if (kind == nullptr) {
    return profile == nullptr ? "" : profile->name;
  }
  const bool whole = kind->compute_slices == profile->compute_slices;
  return whole ? profile->name : std::to_string(kind->compute_slices) + "c." + profile->name;
}

std::vector<MigDevice> devices_of(const Snapshot& snapshot, const LiveGpu& gpu) {
  std::vector<MigDevice> devices;
  for (const LiveInstance& instance : gpu.instances) {
    for (const LiveCompute& compute : instance.compute) {
      devices.push_back({.uuid = compute.uuid,
                         .gpu_uuid = gpu.uuid,
                         .gpu_index = gpu.index,
                         .index = 0,
                         .gpu_instance = instance.id.value,
                         .compute_instance = compute.id.value,
                         .profile = profile_label(snapshot.model_of(gpu), instance, compute),
                         .placement = instance.placement,
                         .compute = compute.slot.placement});
    }
  }
  // NVML counts MIG devices by the ids of their instances, without gaps.
  std::ranges::sort(devices, {}, [](const MigDevice& device) {
    return std::tuple(device.gpu_instance, device.compute_instance);
  });
  for (std::size_t i = 0; i < devices.size(); ++i) {
    devices[i].index = static_cast<unsigned>(i);
  }
  return devices;
}

}  // namespace

std::vector<MigDevice> mig_devices(const Snapshot& snapshot) {
  std::vector<MigDevice> devices;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.capable()) {
      std::ranges::move(devices_of(snapshot, gpu), std::back_inserter(devices));
    }
  }
  return devices;
}

std::string uuids_file(const std::string& state_directory) {
  return state_directory + "/uuids.json";
}

Status write_uuids(const std::string& state_directory, const Snapshot& before,
                   const Snapshot& after, const std::string& changed) {
  return write_file(uuids_file(state_directory),
                    uuids_json(mig_devices(before), mig_devices(after), changed));
}

}  // namespace sectile
