// Hostile text as characters on a grid: what terminals, XML and Mermaid can take, and how many
// columns it fills.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sectile::internal {

// One character as drawn.
struct Glyph {
  std::string_view bytes;  // Well-formed UTF-8 of one visible character or a space.
  int columns = 1;         // 2 for the wide characters of East Asia and for emoji.

  friend bool operator==(const Glyph&, const Glyph&) = default;
};

// Control characters, broken UTF-8, and what hides or reorders text come out as '?'; combining
// marks are left out. With `unicode` false everything beyond ASCII is a '?' as well. Valid while
// the text is.
std::vector<Glyph> glyphs(std::string_view text, bool unicode = true);

// The same as one string.
std::string clean(std::string_view text, bool unicode = true);

// How many columns glyphs(text) fill.
int columns(std::string_view text);

// The text if it fits, else as much of it as fits before an ellipsis ("…", or ".." without
// unicode). `columns_max` below 1 gives nothing.
std::string shorten(std::string_view text, int columns_max, bool unicode = true);

// Spaces added on the right, or on the left, up to so many columns.
std::string pad_right(std::string text, int width);
std::string pad_left(const std::string& text, int width);

// Lines of at most `width` columns, broken at spaces; a longer word stays whole.
std::vector<std::string> wrap(std::string_view text, int width);

// The same, broken between parts; inside them only where one is longer than a line.
std::vector<std::string> wrap(std::span<const std::string> parts, int width);

}  // namespace sectile::internal
