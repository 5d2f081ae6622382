// A lower bound of a program from prices, in whole numbers: true whatever the prices are, so it
// does not matter that a floating-point solver suggested them.
//
// Put a price on each unit of need. A pattern is then worth what its instances fetch at best; no
// GPU of a group can bring in more than the group's most profitable pattern. So a solution costs at
// least what the needs are worth, less the greatest profit of every GPU (weak duality). Prices
// without use for a group of unlimited size are lowered until no pattern of it makes a profit.
#pragma once

#include <cstdint>
#include <span>

#include "src/fleet/program/program.h"

namespace sectile::fleet::program {

// Prices are multiples of 1 / kPriceScale: all fractions with small denominators are exact.
inline constexpr std::int64_t kPriceScale = std::int64_t{720'720} * 1024;

// No solution whose cost in the levels before `level` is at most `earlier` costs less than this in
// `level`. At least 0.
std::int64_t lower_bound(const Program& program, std::size_t level,
                         std::span<const std::int64_t> earlier, const Prices& prices);

}  // namespace sectile::fleet::program
