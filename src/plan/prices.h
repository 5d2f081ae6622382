// Prices: what an instance of each class is worth at the margin, and so how much a rest can bring.
//
// The dual of the linear relaxation of search.h's program. The simplex method works in floating
// point, but nothing depends on its precision: the prices are rounded to whole numbers, and
// whatever they are, the bound made from them in whole numbers is true (Lagrange). Good prices only
// make it tight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "src/plan/search.h"

namespace sectile::internal {

inline constexpr std::int64_t kPriceScale = 256;  // Prices are in parts of a unit of value.

struct Prices {
  std::vector<std::int64_t> instance = {};  // Of each class; at least -drop_price.
  std::int64_t open = 0;                    // Of an opened machine; at least 0.
};

Prices find_prices(const Program& program);

// What a column is worth beyond what it consumes; scaled.
std::int64_t surplus(const Prices& prices, const Column& column);

}  // namespace sectile::internal
