// Names that were read from a spec and that a spec may have are read back from the one that is
// written with them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/text/cdi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto contents = sectile::parse_cdi(text, "fuzz");
  if (!contents) {
    return 0;
  }
  sectile::CdiSpec spec{.devices = {},
                        .nodes = {contents->kind},
                        .libraries = {},
                        .environment = {contents->version}};
  for (const std::string& name : contents->names) {
    spec.devices.push_back({.name = name, .nodes = {"/dev/nvidia0"}});
  }
  if (const auto written = sectile::cdi_json(spec)) {
    const auto again = sectile::parse_cdi(*written, "fuzz");
    SECTILE_CHECK(again.has_value() && again->names == contents->names);
  }
  return 0;
}
