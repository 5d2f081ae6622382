// Decimal numbers as people and measuring programs write them, read into whole numbers of a small
// unit: "74.408" with 6 digits is 74,408,000. Nothing passes through floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/base/result.h"

namespace sectile::internal {

enum class Round : std::uint8_t { kDown, kUp };

// What lies beyond `digits` behind the point is rounded. Fails with kInvalidArgument, saying what
// is wrong with it: a sign, nan, inf, an exponent, a unit, nothing at all, more than `most`.
Result<std::int64_t> parse_decimal(std::string_view text, int digits, Round round,
                                   std::int64_t most);

// The shortest that parse_decimal() reads back: "74.408", "12".
std::string write_decimal(std::int64_t value, int digits);

}  // namespace sectile::internal
