#include "src/text/profile_label.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "src/text/scan.h"

namespace sectile::internal {
namespace {

constexpr int kMaxNumber = 999'999;  // More than any GPU has; keeps labels short.
constexpr std::size_t kMaxLabel = 64;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes "<number><unit>" from the front of the text.
std::optional<int> take(std::string_view& text, std::string_view unit) {
  const std::size_t digits =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const std::optional<int> number = parse_number(text.substr(0, digits), kMaxNumber);
  if (!number || !text.substr(digits).starts_with(unit)) {
    return std::nullopt;
  }
  text.remove_prefix(digits + unit.size());
  return number;
}

// Letters and digits with dots between, beginning with a letter: "me", "me.all".
bool is_attribute(std::string_view text) {
  bool begins = true;
  for (const char c : text) {
    if (!is_letter(c) && (begins || (!is_digit(c) && c != '.'))) {
      return false;
    }
    begins = c == '.';
  }
  return !begins;
}

// "+me,gfx", "-me", "+gfx-me" or nothing; no attribute twice.
bool are_attributes(std::string_view text) {
  std::set<std::string_view> seen;
  bool first = true;
  while (!text.empty()) {
    const char sign = text.front();
    if (sign != '+' && sign != '-' && (first || sign != ',')) {
      return false;
    }
    text.remove_prefix(1);
    const std::string_view attribute = text.substr(0, text.find_first_of("+-,"));
    if (!is_attribute(attribute) || !seen.insert(attribute).second) {
      return false;
    }
    text.remove_prefix(attribute.size());
    first = false;
  }
  return true;
}

}  // namespace

std::string ProfileLabel::instance() const {
  const std::string memory = gigabytes ? fmt::format(".{}gb", *gigabytes) : "";
  return fmt::format("{}g{}{}", slices, memory, attributes);
}

std::optional<ProfileLabel> parse_profile_label(std::string_view text) {
  if (text.size() > kMaxLabel) {
    return std::nullopt;
  }
  ProfileLabel label;
  label.compute = take(text, "c.");
  const std::optional<int> slices = take(text, "g");
  if (!slices) {
    return std::nullopt;
  }
  label.slices = *slices;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    label.gigabytes = take(text, "gb");
    if (!label.gigabytes) {
      return std::nullopt;
    }
  }
  if (!are_attributes(text)) {
    return std::nullopt;
  }
  label.attributes = text;
  return label;
}

bool is_full_label(std::string_view text) {
  const std::optional<ProfileLabel> label = parse_profile_label(text);
  return label && label->gigabytes;
}

}  // namespace sectile::internal
