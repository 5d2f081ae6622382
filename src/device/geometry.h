// The geometry of a GPU as its driver tells it, the catalogue filling what it leaves out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"
#include "src/device/nvml.h"

namespace sectile {

// What finds a GPU's model.
struct GpuIdentity {
  nvmlDevice_t device = nullptr;
  std::string subject;  // "gpu 0 (GPU-1...)", for messages.
  std::string name;
  std::uint16_t pci_device = 0;
  MiB memory;  // 0 if not known.
};

// A model that validate() accepts. Nothing if neither the driver nor the catalogue knows it. Fails
// if the driver's geometry is impossible. Adds what had to be guessed to `warnings`.
Result<std::optional<Model>> read_model(const Nvml& nvml, const GpuIdentity& gpu,
                                        std::vector<std::string>& warnings);

}  // namespace sectile
