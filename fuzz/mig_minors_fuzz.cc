// Whatever is accepted names no more instances than it has lines.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/text/mig_minors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto minors = sectile::parse_mig_minors(text)) {
    SECTILE_CHECK(minors->size() <= 1 + static_cast<std::size_t>(std::ranges::count(text, '\n')));
  }
  return 0;
}
