// The GPU instances and compute instances that exist: as handles, for those who change them, and
// as values.
#pragma once

#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "src/device/nvml.h"

namespace sectile {

// Handles live as short as possible: a driver may reuse them.
struct GpuInstanceHandle {
  nvmlGpuInstance_t handle = nullptr;
  GpuInstanceId id;
  ProfileId profile;
  Placement placement;  // Within a GPU of kMaxMemorySlices.
};

struct ComputeInstanceHandle {
  nvmlComputeInstance_t handle = nullptr;
  LiveCompute value;
};

// One profile's instances. Checks whatever the driver says.
Result<std::vector<GpuInstanceHandle>> list_instances(const Nvml& nvml, nvmlDevice_t device,
                                                      ProfileId profile,
                                                      const std::string& subject);

// One profile's compute instances in `instance`. UUIDs only where the driver gives a MIG device
// with the instance; see fill_uuids().
Result<std::vector<ComputeInstanceHandle>> list_compute(const Nvml& nvml,
                                                        const GpuInstanceHandle& instance,
                                                        ComputeProfileId profile,
                                                        const std::string& subject);

// Adds the UUIDs that are missing, by way of the GPU's MIG devices. What the driver does not say
// stays empty.
void fill_uuids(const Nvml& nvml, nvmlDevice_t device, std::vector<LiveInstance>& instances);

// Everything that exists on a GPU in MIG mode, ascending placement. Corrects the compute profiles
// of `model` by what the driver says of the instances that exist.
Result<std::vector<LiveInstance>> read_instances(const Nvml& nvml, nvmlDevice_t device,
                                                 const std::string& subject, Model& model);

}  // namespace sectile
