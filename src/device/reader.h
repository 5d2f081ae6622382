// Reads one GPU: who it is, its geometry, and what is on it.
#pragma once

#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "src/device/nvml.h"

namespace sectile {

// A GPU with a model of its own; LiveGpu::model is not set yet.
struct ReadGpu {
  LiveGpu gpu;
  Model model;  // Default if the GPU is not capable.
};

Result<ReadGpu> read_gpu(const Nvml& nvml, unsigned index, nvmlDevice_t device,
                         std::vector<std::string>& warnings);

// Reads mode, instances and processes into `read.gpu`, and looks again if somebody changed them
// meanwhile. Requires: gpu.uuid, gpu.index and the model are set.
Status read_state(const Nvml& nvml, nvmlDevice_t device, ReadGpu& read);

// A handle now; kStale if the GPU is gone. Handles are never kept.
Result<nvmlDevice_t> device_by_uuid(const Nvml& nvml, const std::string& uuid);

// "gpu 0 (GPU-1...)".
std::string subject_of(const LiveGpu& gpu);

}  // namespace sectile
