// Whatever parse_gpu_spec() accepts must print to what reads back as the same GPUs.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/text/gpu_spec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const sectile::Result<std::vector<sectile::GpuSpec>> specs = sectile::parse_gpu_spec(text)) {
    const std::string printed = sectile::to_string(*specs);
    const sectile::Result<std::vector<sectile::GpuSpec>> again = sectile::parse_gpu_spec(printed);
    SECTILE_CHECK(again.has_value() && *again == *specs);
    SECTILE_CHECK(sectile::expand(*specs).size() <= sectile::kMaxSpecGpus);
  }
  return 0;
}
