// Canvas: what the drawing code draws on. It knows no terminal and no SVG.
//
// Measured in columns and rows of characters; a box's edges run through the middle of cells, so
// neighbours share an edge and text between two edges starts one column after the first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sectile::internal {

struct Point {
  int x = 0;  // Columns.
  int y = 0;  // Rows.
};

struct Rectangle {
  int x = 0;
  int y = 0;
  int width = 0;  // From edge to edge.
  int height = 0;

  int right() const { return x + width; }
  int bottom() const { return y + height; }
};

// Where a text stands.
struct Place {
  enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };

  static constexpr Place from(const Point& first) { return {first.x, first.x, first.y}; }
  static constexpr Place up_to(const Point& last) { return {last.x, last.x, last.y, Anchor::kEnd}; }
  // In the middle between two edges.
  static constexpr Place between(int left, int right, int y) {
    return {left, right, y, Anchor::kMiddle};
  }

  int left = 0;
  int right = 0;
  int y = 0;
  Anchor anchor = Anchor::kStart;
};

// How something looks and what it is called.
struct Mark {
  std::string classes = {};  // "slot compute-3": for SVG.
  int compute = 0;           // The colour: that of so many compute slices; 0 for none.
  bool dashed = false;
  bool faint = false;
  bool strong = false;
};

// A thing of the picture: an SVG group with an identity.
struct Group {
  std::string id = {};
  std::string classes = {};
  std::string title = {};  // What pointing at it shows; clean text, not yet escaped.
};

class Canvas {
 public:
  Canvas() = default;
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  virtual ~Canvas() = default;

  virtual void begin(const Group& group) = 0;
  virtual void end() = 0;
  virtual void box(const Rectangle& edges, const Mark& mark) = 0;
  // A short mark that goes up from the edge at `at`: a line of the ruler.
  virtual void tick(const Point& at, const Mark& mark) = 0;
  // A small box for a legend, as high as a letter.
  virtual void swatch(const Point& at, const Mark& mark) = 0;
  // Untrusted text is allowed; it must have been cut to measure.
  virtual void text(const Place& place, std::string_view text, const Mark& mark) = 0;

  // The text as this canvas would show it in so many columns.
  virtual std::string fit(std::string_view text, int columns_max) const = 0;
  // How many pictures stand side by side.
  virtual int pictures_abreast(int pictures) const = 0;
};

}  // namespace sectile::internal
