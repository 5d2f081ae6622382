// Whatever is accepted names each unit once, and by a name that a unit can have.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/text/unit_states.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto states = sectile::parse_unit_states(text)) {
    std::set<std::string> names;
    for (const sectile::UnitState& state : *states) {
      SECTILE_CHECK(sectile::is_unit_name(state.id) && names.insert(state.id).second);
    }
  }
  return 0;
}
