// A canvas of SVG elements with ids and classes. The colours are the style sheet's.
#pragma once

#include <string>
#include <string_view>

#include "src/text/canvas.h"

namespace sectile::internal {

class SvgCanvas final : public Canvas {
 public:
  void begin(const Group& group) override;
  void end() override;
  void box(const Rectangle& edges, const Mark& mark) override;
  void tick(const Point& at, const Mark& mark) override;
  void swatch(const Point& at, const Mark& mark) override;
  void text(const Place& place, std::string_view text, const Mark& mark) override;
  std::string fit(std::string_view text, int columns_max) const override;
  int pictures_abreast(int pictures) const override;

  // The document. `title` and `description` are what a screen reader says.
  std::string str(std::string_view title, std::string_view description) const;

 private:
  void rectangle(const Rectangle& pixels, const Mark& mark, int radius);
  void reach(int x, int y);  // The picture goes that far, in pixels.

  std::string elements_;
  int depth_ = 1;  // Of indentation.
  int width_ = 0;
  int height_ = 0;
};

}  // namespace sectile::internal
