// Whatever parse_wants() accepts must print to what reads back as the same wants.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/text/want_notation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const sectile::Result<std::vector<sectile::Want>> wants = sectile::parse_wants(text)) {
    const std::string printed = sectile::to_string(*wants);
    const sectile::Result<std::vector<sectile::Want>> again = sectile::parse_wants(printed);
    SECTILE_CHECK(again.has_value() && *again == *wants);
    SECTILE_CHECK(sectile::to_string(*again) == printed);
  }
  return 0;
}
