#include "src/text/svg_canvas.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/text/glyphs.h"
#include "src/text/markup.h"
#include "src/text/svg_style.h"

namespace sectile::internal {
namespace {

constexpr int kColumn = 9;  // Pixels. A column holds a character of 13 px with room to spare.
constexpr int kRow = 20;
constexpr int kMargin = 16;
constexpr int kGap = 2;       // Between a box and its edge, so that neighbours stand apart.
constexpr int kSide = 14;     // Of a swatch.
constexpr int kBaseline = 5;  // From the middle of a row down to where letters stand.

int left_of(int column) {
  return kMargin + column * kColumn;
}
int middle_of(int row) {
  return kMargin + row * kRow + kRow / 2;
}

std::string_view to_string(Place::Anchor anchor) {
  switch (anchor) {
    case Place::Anchor::kStart:
      return "start";
    case Place::Anchor::kMiddle:
      return "middle";
    case Place::Anchor::kEnd:
      return "end";
  }
  return "start";
}

std::string indent(int depth) {
  return std::string(static_cast<std::size_t>(depth) * 2, ' ');
}

}  // namespace

void SvgCanvas::reach(int x, int y) {
  width_ = std::max(width_, x + kMargin);
  height_ = std::max(height_, y + kMargin);
}

void SvgCanvas::begin(const Group& group) {
  const std::string id = group.id.empty() ? "" : fmt::format(" id=\"{}\"", markup(group.id));
  elements_ += fmt::format("{}<g{} class=\"{}\">\n", indent(depth_), id, markup(group.classes));
  depth_ += 1;
  if (!group.title.empty()) {
    elements_ += fmt::format("{}<title>{}</title>\n", indent(depth_), markup(group.title));
  }
}

void SvgCanvas::end() {
  depth_ -= 1;
  elements_ += indent(depth_) + "</g>\n";
}

void SvgCanvas::rectangle(const Rectangle& pixels, const Mark& mark, int radius) {
  elements_ +=
      fmt::format("{}<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>\n",
                  indent(depth_), markup(mark.classes), pixels.x, pixels.y, pixels.width,
                  pixels.height, radius);
  reach(pixels.right(), pixels.bottom());
}

void SvgCanvas::box(const Rectangle& edges, const Mark& mark) {
  rectangle({.x = left_of(edges.x) + kGap,
             .y = middle_of(edges.y),
             .width = edges.width * kColumn - 2 * kGap,
             .height = edges.height * kRow},
            mark, 5);
}

void SvgCanvas::swatch(const Point& at, const Mark& mark) {
  rectangle({.x = left_of(at.x) + kGap,
             .y = middle_of(at.y) - kSide / 2,
             .width = kSide + 4,
             .height = kSide},
            mark, 3);
}

void SvgCanvas::tick(const Point& at, const Mark& mark) {
  const int x = left_of(at.x);
  const int y = middle_of(at.y) - 4;
  elements_ += fmt::format("{}<path class=\"{}\" d=\"M{} {}v-10\"/>\n", indent(depth_),
                           markup(mark.classes), x, y);
}

void SvgCanvas::text(const Place& place, std::string_view text, const Mark& mark) {
  const int x = (left_of(place.left) + left_of(place.right)) / 2;
  const int y = middle_of(place.y) + kBaseline;
  elements_ += fmt::format("{}<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n",
                           indent(depth_), markup(mark.classes), x, y, to_string(place.anchor),
                           markup(text));
  reach(x, y);
}

std::string SvgCanvas::fit(std::string_view text, int columns_max) const {
  return shorten(text, columns_max);
}

int SvgCanvas::pictures_abreast(int pictures) const {
  return pictures > 1 ? 2 : 1;
}

std::string SvgCanvas::str(std::string_view title, std::string_view description) const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sectile\" role=\"img\" "
      "aria-labelledby=\"sectile-title sectile-description\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\">\n"
      "  <title id=\"sectile-title\">{2}</title>\n"
      "  <desc id=\"sectile-description\">{3}</desc>\n"
      "  <style>\n{4}  </style>\n"
      "  <rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n"
      "{5}</svg>\n",
      width_, height_, markup(title), markup(description), kSvgStyle, elements_);
}

}  // namespace sectile::internal
