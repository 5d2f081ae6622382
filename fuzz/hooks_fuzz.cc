// Whatever parse_hooks() accepts must write to what reads back as the same hooks.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/text/hooks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sectile::Result<sectile::HooksConfig> config = sectile::parse_hooks(text, "fuzz");
  if (config) {
    const auto again = sectile::parse_hooks(sectile::write_hooks(*config), "fuzz");
    SECTILE_CHECK(again.has_value() && *again == *config);
  }
  return 0;
}
