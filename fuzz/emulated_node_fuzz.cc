// Whatever parse_emulated_node() accepts must be a machine that the emulator could make: layouts
// that are legal on their models, processes on instances that exist.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"
#include "src/cli/emulated_node.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto node = sectile::cli::parse_emulated_node(text, "fuzz");
  if (!node) {
    SECTILE_CHECK(node.error().message.starts_with("fuzz:"));
    return 0;
  }
  int count = 0;
  for (const sectile::cli::EmulatedGpu& gpu : node->gpus) {
    count += gpu.count;
    SECTILE_CHECK(gpu.model != nullptr);
    SECTILE_CHECK(gpu.mig_enabled || gpu.layout.empty());
    SECTILE_CHECK(sectile::check(*gpu.model, gpu.layout).has_value());
    for (const sectile::cli::EmulatedProcess& process : gpu.processes) {
      SECTILE_CHECK(!process.instance || gpu.layout.find(*process.instance) != nullptr);
    }
  }
  SECTILE_CHECK(count >= 1 && count <= sectile::cli::kMaxEmulatedGpus);
  return 0;
}
