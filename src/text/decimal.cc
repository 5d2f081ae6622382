#include "src/text/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kMaxLength = 64;

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' {}", printable(text), why),
              "write a decimal number that is not negative, such as 12 or 0.25");
}

// nullopt if it is more than `most`.
std::optional<std::int64_t> whole_number(std::string_view digits, std::int64_t most) {
  std::int64_t value = 0;
  for (const char digit : digits) {
    const int step = digit - '0';
    if (value > (most - step) / 10) {
      return std::nullopt;
    }
    value = value * 10 + step;
  }
  return value;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, is_digit);
}

}  // namespace

Result<std::int64_t> parse_decimal(std::string_view text, int digits, Round round,
                                   std::int64_t most) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (text.starts_with('-')) {
    return refuse(text, "is negative");
  }
  if (whole.empty() || text.ends_with('.') || text.size() > kMaxLength || !all_digits(whole) ||
      !all_digits(fraction)) {
    return refuse(text, "is no plain decimal number");
  }
  const auto kept = std::min(fraction.size(), static_cast<std::size_t>(digits));
  std::string shifted(whole);
  shifted += fraction.substr(0, kept);
  shifted.append(static_cast<std::size_t>(digits) - kept, '0');
  const std::optional<std::int64_t> value = whole_number(shifted, most);
  if (!value) {
    return refuse(text, "is too large");
  }
  const bool rest = fraction.find_first_not_of('0', kept) != std::string_view::npos;
  return *value + (rest && round == Round::kUp && *value < most ? 1 : 0);
}

std::string write_decimal(std::int64_t value, int digits) {
  std::string text = fmt::format("{:0{}}", value, digits + 1);
  if (digits > 0) {
    text.insert(text.size() - static_cast<std::size_t>(digits), ".");
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) {
      text.pop_back();
    }
  }
  return text;
}

}  // namespace sectile::internal
