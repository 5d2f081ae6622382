// check_faults() takes any text and either accepts it or says that the script is wrong.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/emulator/emulator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sectile::Status faults = sectile::emulator::check_faults(text);
  if (!faults) {
    SECTILE_CHECK(faults.error().code == sectile::ErrorCode::kInvalidArgument);
    SECTILE_CHECK(faults.error().message.starts_with("fault script"));
  }
  return 0;
}
