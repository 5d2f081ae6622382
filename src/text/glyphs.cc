#include "src/text/glyphs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace sectile::internal {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Controls of C0 and C1, marks of direction, invisible and private characters, surrogates and
// what XML forbids: nothing that a reader could see for what it is.
constexpr std::array<Range, 15> kRefused = {{{0x0, 0x1F},
                                             {0x7F, 0x9F},
                                             {0xAD, 0xAD},
                                             {0x61C, 0x61C},
                                             {0x180E, 0x180E},
                                             {0x200B, 0x200F},
                                             {0x2028, 0x202E},
                                             {0x2060, 0x206F},
                                             {0xD800, 0xF8FF},
                                             {0xFE00, 0xFE0F},
                                             {0xFEFF, 0xFEFF},
                                             {0xFFF0, 0xFFFB},
                                             {0xFFFE, 0xFFFF},
                                             {0x1D173, 0x1D17A},
                                             {0xE0000, 0x10FFFF}}};

constexpr std::array<Range, 6> kCombining = {{{0x300, 0x36F},
                                              {0x483, 0x489},
                                              {0x1AB0, 0x1AFF},
                                              {0x1DC0, 0x1DFF},
                                              {0x20D0, 0x20FF},
                                              {0xFE20, 0xFE2F}}};

constexpr std::array<Range, 9> kWide = {{{0x1100, 0x115F},
                                         {0x2E80, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F000, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};

bool contains(std::span<const Range> ranges, std::uint32_t point) {
  return std::ranges::any_of(
      ranges, [point](const Range& range) { return range.first <= point && point <= range.last; });
}

// The least code point that needs so many bytes; less is an overlong form.
constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};

struct Decoded {
  std::size_t length = 0;  // 0: no well-formed sequence begins here.
  std::uint32_t point = 0;
};

Decoded decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) {
    return {.length = 1, .point = first};
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) {
    return {};
  }
  std::uint32_t point = first & (0x7FU >> length);
  for (const char next : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(next);
    if ((byte & 0xC0U) != 0x80) {
      return {};
    }
    point = point << 6U | (byte & 0x3FU);
  }
  return point < kLeast[length] || point > 0x10FFFF ? Decoded{} : Decoded{length, point};
}

// The first character, which is taken off the text. No columns: it is a mark on the one before.
Glyph take(std::string_view& text, bool unicode) {
  const Decoded next = decode(text);
  const std::size_t length = std::max<std::size_t>(next.length, 1);
  const std::string_view bytes = text.substr(0, length);
  text.remove_prefix(length);
  if (next.length == 1 && next.point >= 0x20 && next.point < 0x7F) {
    return {.bytes = bytes};  // By far the most.
  }
  if (next.length == 0 || !unicode || contains(kRefused, next.point)) {
    return {.bytes = "?"};
  }
  if (contains(kCombining, next.point)) {
    return {.bytes = "", .columns = 0};
  }
  return {.bytes = bytes, .columns = contains(kWide, next.point) ? 2 : 1};
}

}  // namespace

std::vector<Glyph> glyphs(std::string_view text, bool unicode) {
  std::vector<Glyph> result;
  while (!text.empty()) {
    const Glyph glyph = take(text, unicode);
    if (glyph.columns > 0) {
      result.push_back(glyph);
    }
  }
  return result;
}

std::string clean(std::string_view text, bool unicode) {
  std::string result;
  while (!text.empty()) {
    result += take(text, unicode).bytes;
  }
  return result;
}

int columns(std::string_view text) {
  int sum = 0;
  while (!text.empty()) {
    sum += take(text, true).columns;
  }
  return sum;
}

std::string shorten(std::string_view text, int columns_max, bool unicode) {
  std::string whole = clean(text, unicode);
  if (columns(whole) <= columns_max) {
    return whole;
  }
  const std::string_view ellipsis = unicode ? "…" : "..";
  const int room = columns_max - columns(ellipsis);
  if (room < 1) {
    return std::string(static_cast<std::size_t>(std::max(columns_max, 0)), '.');
  }
  std::string result;
  int used = 0;
  for (const Glyph& glyph : glyphs(whole)) {
    if (used + glyph.columns > room) {
      break;
    }
    result += glyph.bytes;
    used += glyph.columns;
  }
  result.append(ellipsis);
  return result;
}

std::string pad_right(std::string text, int width) {
  text.append(static_cast<std::size_t>(std::max(width - columns(text), 0)), ' ');
  return text;
}

std::string pad_left(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(width - columns(text), 0)), ' ') + text;
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (space > 0) {
      words.emplace_back(text.substr(0, space));
    }
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  std::vector<std::string> lines;
  for (std::string& word : words) {
    if (lines.empty() || columns(lines.back()) + 1 + columns(word) > width) {
      lines.push_back(std::move(word));
    } else {
      lines.back() += " " + word;
    }
  }
  return lines;
}

std::vector<std::string> wrap(std::span<const std::string> parts, int width) {
  std::vector<std::string> lines;
  for (const std::string& part : parts) {
    if (!lines.empty() && columns(lines.back()) + 1 + columns(part) <= width) {
      lines.back() += " " + part;
    } else {
      std::ranges::move(wrap(std::string_view(part), width), std::back_inserter(lines));
    }
  }
  return lines;
}

}  // namespace sectile::internal
