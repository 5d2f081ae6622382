// SHA-1, for UUIDs of version 5. Not for anything secret.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sectile::emulator {

// The hash of FIPS 180-4. Pure.
std::array<std::uint8_t, 20> sha1(std::string_view text);

}  // namespace sectile::emulator
