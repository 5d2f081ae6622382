#include "sectile/text/config_gpu.h"

#include <fmt/format.h>

namespace sectile {
namespace {

constexpr std::uint32_t kNvidia = 0x10DE;

}  // namespace

std::vector<ConfigGpu> config_gpus(std::span<const GpuSpec> specs) {
  std::vector<ConfigGpu> result;
  for (const Model* model : expand(specs)) {
    ConfigGpu gpu{.index = static_cast<unsigned>(result.size()),
                  .uuid = fmt::format("gpu{}", result.size()),
                  .pci_ids = {},
                  .pci_subsystem = 0,
                  .capable = true,
                  .model = model};
    gpu.pci_ids.reserve(model->pci_devices.size());
    for (const std::uint16_t device : model->pci_devices) {
      gpu.pci_ids.push_back(std::uint32_t{device} << 16U | kNvidia);
    }
    result.push_back(std::move(gpu));
  }
  return result;
}

}  // namespace sectile
