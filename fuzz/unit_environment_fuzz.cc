// Whatever is accepted has sound names; read as a drop-in of itself, it says the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/text/unit_environment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sectile::UnitFile file{.name = "fuzz",
                               .text = std::string(reinterpret_cast<const char*>(data), size)};
  const auto once = sectile::unit_environment(std::vector{file});
  if (!once) {
    return 0;
  }
  const auto twice = sectile::unit_environment(std::vector{file, file});
  SECTILE_CHECK(twice.has_value() && *twice == *once);
  for (const auto& [name, value] : *once) {
    SECTILE_CHECK(!name.empty() && name.find('=') == std::string::npos);
  }
  return 0;
}
