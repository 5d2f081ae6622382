#include "src/text/scan.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace sectile::internal {

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<int> parse_number(std::string_view digits, int most) {
  const char* const end = digits.data() + digits.size();
  int value = 0;
  const auto [rest, status] = std::from_chars(digits.data(), end, value);
  const bool plain = !digits.empty() && std::ranges::all_of(digits, is_digit);
  const bool canonical = digits.size() == 1 || !digits.starts_with('0');
  if (!plain || !canonical || status != std::errc{} || rest != end || value > most) {
    return std::nullopt;
  }
  return value;
}

std::pair<std::optional<int>, std::string_view> split_count(std::string_view text, int most) {
  const std::size_t digits =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  if (digits == 0 || digits == text.size() || text[digits] != 'x') {
    return {1, text};
  }
  const std::optional<int> count = parse_number(text.substr(0, digits), most);
  return {count == 0 ? std::nullopt : count, trim(text.substr(digits + 1))};
}

}  // namespace sectile::internal
