// Small steps of the hand-written parsers: numbers and white space at the front of a text.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

namespace sectile::internal {

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Without white space around it.
std::string_view trim(std::string_view text);

// A number of decimal digits only, without leading zeros, and not above `most`.
std::optional<int> parse_number(std::string_view digits, int most);

// "12x..." is a count and the rest without white space; any other text is 1 and itself. The count
// is absent if it is no number from 1 to `most`.
std::pair<std::optional<int>, std::string_view> split_count(std::string_view text, int most);

}  // namespace sectile::internal
