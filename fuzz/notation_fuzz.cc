// Whatever parse_gpu_layout() accepts must print to what reads back as the same layout, and that
// print must be its own. The layout must be legal.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"
#include "sectile/text/notation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sectile::Result<sectile::GpuLayout> gpu = sectile::parse_gpu_layout(text);
  if (!gpu) {
    return 0;
  }
  SECTILE_CHECK(sectile::check(*gpu->model, gpu->layout).has_value());
  const std::string printed = to_string(*gpu);
  const sectile::Result<sectile::GpuLayout> again = sectile::parse_gpu_layout(printed);
  SECTILE_CHECK(again.has_value() && *again == *gpu);
  SECTILE_CHECK(to_string(*again) == printed);
  SECTILE_CHECK(sectile::names_every_start(printed.substr(printed.find(':') + 1)));
  return 0;
}
