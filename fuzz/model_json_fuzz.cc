// A model that is accepted must write to what reads back as the same, and be valid.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/text/model_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const sectile::Result<sectile::Model> model = sectile::parse_model(text, "fuzz")) {
    SECTILE_CHECK(sectile::validate(*model).has_value());
    const std::string written = sectile::write_model(*model);
    const sectile::Result<sectile::Model> again = sectile::parse_model(written, "fuzz");
    SECTILE_CHECK(again.has_value() && *again == *model);
    SECTILE_CHECK(sectile::write_model(*again) == written);
  }
  return 0;
}
