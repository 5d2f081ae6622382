#include "src/text/text_canvas.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "src/text/glyphs.h"

namespace sectile::internal {
namespace {

// Directions in which a line leaves a cell.
constexpr std::uint8_t kUp = 1;
constexpr std::uint8_t kRight = 2;
constexpr std::uint8_t kDown = 4;
constexpr std::uint8_t kLeft = 8;

// By the sum of directions.
using Shapes = std::array<std::string_view, 16>;
constexpr Shapes kJunctions = {" ", "╵", "╶", "└", "╷", "│", "┌", "├",
                               "╴", "┘", "─", "┴", "┐", "┤", "┬", "┼"};
constexpr Shapes kDashed = {" ", "╵", "╶", "└", "╷", "┊", "┌", "├",
                            "╴", "┘", "┄", "┴", "┐", "┤", "┬", "┼"};
constexpr Shapes kAscii = {" ", "|", "-", "+", "|", "|", "+", "+",
                           "-", "+", "-", "+", "+", "+", "+", "+"};
constexpr Shapes kAsciiDashed = {" ", ":", ".", "+", ":", ":", "+", "+",
                                 ".", "+", ".", "+", "+", "+", "+", "+"};

// Colours that every terminal lets its user choose, by compute slices; none of them is red, which
// reads as an error.
constexpr std::array<const char*, 8> kStyles = {"", "36", "32", "35", "33", "33", "34", "34"};

const char* style_of(const Mark& mark) {
  if (mark.strong) {
    return "1";
  }
  if (mark.faint) {
    return "2";
  }
  return kStyles[static_cast<std::size_t>(std::clamp(mark.compute, 0, 7))];
}

int first_column(const Place& place, int width) {
  switch (place.anchor) {
    case Place::Anchor::kStart:
      return place.left;
    case Place::Anchor::kMiddle:  // Never on the left edge as long as it fits between both.
      return place.left + 1 + (place.right - place.left - 1 - width) / 2;
    case Place::Anchor::kEnd:
      return place.right - width + 1;
  }
  return place.left;
}

}  // namespace

void TextCanvas::begin(const Group& /*group*/) {}

void TextCanvas::end() {}

TextCanvas::Cell& TextCanvas::at(int x, int y) {
  const auto column = static_cast<std::size_t>(x);
  const auto row = static_cast<std::size_t>(y);
  if (rows_.size() <= row) {
    rows_.resize(row + 1);
  }
  if (rows_[row].size() <= column) {
    rows_[row].resize(column + 1);
  }
  return rows_[row][column];
}

// A straight line; either end may share its cell with other lines.
void TextCanvas::stroke(const Point& from, const Point& to, const Mark& mark) {
  const bool across = from.y == to.y;
  const std::uint8_t forward = across ? kRight : kDown;
  const std::uint8_t backward = across ? kLeft : kUp;
  const int length = across ? to.x - from.x : to.y - from.y;
  for (int i = 0; i <= length; ++i) {
    Cell& cell = across ? at(from.x + i, from.y) : at(from.x, from.y + i);
    const int lines = (i > 0 ? backward : 0) | (i < length ? forward : 0);
    cell.lines |= static_cast<std::uint8_t>(lines);
    cell.solid |= static_cast<std::uint8_t>(mark.dashed ? 0 : lines);
    cell.style = style_of(mark);
  }
}

void TextCanvas::box(const Rectangle& edges, const Mark& mark) {
  const Point top_left{edges.x, edges.y};
  const Point top_right{edges.right(), edges.y};
  const Point bottom_left{edges.x, edges.bottom()};
  const Point bottom_right{edges.right(), edges.bottom()};
  Mark frame = mark;
  frame.compute = 0;  // Neighbours share edges: only the text has the colour.
  frame.strong = false;
  frame.faint = true;
  stroke(top_left, top_right, frame);
  stroke(bottom_left, bottom_right, frame);
  stroke(top_left, bottom_left, frame);
  stroke(top_right, bottom_right, frame);
}

void TextCanvas::tick(const Point& /*at*/, const Mark& /*mark*/) {
  // The numbers of the ruler are enough here; more lines would hide the blocks.
}

void TextCanvas::swatch(const Point& /*at*/, const Mark& /*mark*/) {}

void TextCanvas::text(const Place& place, std::string_view text, const Mark& mark) {
  const std::vector<Glyph> shown = glyphs(text, unicode_);
  int x = std::max(first_column(place, columns(clean(text, unicode_))), 0);
  for (const Glyph& glyph : shown) {
    Cell& cell = at(x, place.y);
    cell.glyph = glyph.bytes;
    cell.style = style_of(mark);
    if (glyph.columns == 2) {
      at(x + 1, place.y).covered = true;
    }
    x += glyph.columns;
  }
}

std::string TextCanvas::fit(std::string_view text, int columns_max) const {
  return shorten(text, columns_max, unicode_);
}

int TextCanvas::pictures_abreast(int /*pictures*/) const {
  return 1;
}

std::string TextCanvas::picture(const Cell& cell) const {
  if (!cell.glyph.empty()) {
    return cell.glyph;
  }
  const std::size_t shape = cell.lines;
  if (cell.solid == 0) {
    return std::string(unicode_ ? kDashed[shape] : kAsciiDashed[shape]);
  }
  return std::string(unicode_ ? kJunctions[shape] : kAscii[shape]);
}

std::string TextCanvas::line(const std::vector<Cell>& row) const {
  std::string result;
  std::string spaces;  // Written only if something follows.
  std::string_view style;
  for (const Cell& cell : row) {
    if (cell.covered) {
      continue;
    }
    const std::string drawn = picture(cell);
    if (drawn == " ") {
      spaces += ' ';
      continue;
    }
    if (colour_ && style != cell.style) {
      result += style.empty() ? "" : "\x1b[0m";
      result += spaces;
      spaces.clear();
      style = cell.style;
      result += style.empty() ? "" : "\x1b[" + std::string(style) + "m";
    }
    result += spaces + drawn;
    spaces.clear();
  }
  return result + (style.empty() ? "" : "\x1b[0m");
}

std::string TextCanvas::str() const {
  std::string result;
  for (const std::vector<Cell>& row : rows_) {
    result += line(row) + "\n";
  }
  return result;
}

}  // namespace sectile::internal
