#include "src/text/utf8.h"

#include <algorithm>
#include <cstdint>

namespace sectile::internal {
namespace {

constexpr std::size_t kMaxPrinted = 80;

struct Sequence {
  std::size_t length = 1;
  std::uint32_t bits = 0;  // Of the first byte.
  std::uint32_t least = 0;
};

Sequence sequence(unsigned char first) {
  if (first < 0x80) {
    return {.length = 1, .bits = first, .least = 0};
  }
  if (first >= 0xC0 && first < 0xE0) {
    return {.length = 2, .bits = first & 0x1FU, .least = 0x80};
  }
  if (first >= 0xE0 && first < 0xF0) {
    return {.length = 3, .bits = first & 0x0FU, .least = 0x800};
  }
  if (first >= 0xF0 && first < 0xF8) {
    return {.length = 4, .bits = first & 0x07U, .least = 0x10000};
  }
  return {.length = 0};
}

// The length of the well-formed sequence at the start of the text; 0 if there is none.
std::size_t well_formed(std::string_view text) {
  const Sequence head = sequence(static_cast<unsigned char>(text.front()));
  if (head.length == 0 || head.length > text.size()) {
    return 0;
  }
  std::uint32_t point = head.bits;
  for (const char next : text.substr(1, head.length - 1)) {
    const auto byte = static_cast<unsigned char>(next);
    if ((byte & 0xC0U) != 0x80) {
      return 0;
    }
    point = point << 6U | (byte & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < head.least || point > 0x10FFFF || surrogate ? 0 : head.length;
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    const std::size_t length = well_formed(text.substr(offset));
    if (length == 0) {
      return offset;
    }
    offset += length;
  }
  return std::string_view::npos;
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty() && result.size() < kMaxPrinted) {
    const std::size_t length = well_formed(text);
    const auto first = static_cast<unsigned char>(text.front());
    // C1 control characters are U+0080..U+009F, that is C2 80..C2 9F.
    const bool control =
        first < 0x20 || first == 0x7F ||
        (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    if (length == 0 || control) {
      result += '?';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text.empty() ? result : result + "...";
}

}  // namespace sectile::internal
