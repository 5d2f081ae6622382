// What is read back from the journal must print as what reads back as the same, and may make a
// layout or an error of any model, but nothing else.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/apply/image.h"
#include "sectile/base/check.h"
#include "sectile/geometry/catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto image = sectile::parse_image(text, "fuzz");
  if (!image) {
    return 0;
  }
  const auto again = sectile::parse_image(sectile::image_json(*image), "fuzz");
  SECTILE_CHECK(again.has_value() && *again == *image);
  for (const sectile::GpuImage& gpu : image->gpus) {
    for (const sectile::Model& model : sectile::catalogue()) {
      const auto layout = sectile::layout_of(model, gpu);
      SECTILE_CHECK(!layout || layout->size() == gpu.instances.size());
    }
  }
  return 0;
}
