// Whatever is accepted as services must write to what reads back as the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/text/services.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto config = sectile::parse_services(text, "fuzz")) {
    const auto again = sectile::parse_services(sectile::write_services(*config), "again");
    SECTILE_CHECK(again.has_value() && again->services == config->services);
    SECTILE_CHECK(again->spare == config->spare && again->admission == config->admission);
  }
  return 0;
}
