// Objective: what a plan reached in one respect, and what no plan can go below.
#pragma once

#include <cstdint>
#include <string_view>

namespace sectile {

// How it is known that nothing is better.
enum class Proof : std::uint8_t {
  kPrices,  // By prices in whole numbers, which anybody can check.
  kSearch,  // By a complete search; its numbers are floating point within their tolerance.
  kNone,    // It is not known: the search stopped at its limit, and the bound is below the value.
};

std::string_view to_string(Proof proof);  // "prices", "search", "none"

struct Objective {
  std::int64_t value = 0;
  std::int64_t bound = 0;  // No plan has less. At most `value`.
  Proof proof = Proof::kNone;

  bool optimal() const { return value == bound; }
  std::int64_t gap() const { return value - bound; }

  friend bool operator==(const Objective&, const Objective&) = default;
};

}  // namespace sectile
