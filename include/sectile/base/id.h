// Id: a number that names something, which must not be mixed with numbers that count or with
// numbers that name something else.
#pragma once

#include <compare>
#include <cstdint>

namespace sectile {

template <typename Tag>
struct Id {
  std::uint32_t value = 0;

  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace sectile
