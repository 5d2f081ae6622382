// A canvas of characters: box drawing or plain ASCII, with or without ANSI colours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/text/canvas.h"

namespace sectile::internal {

class TextCanvas final : public Canvas {
 public:
  TextCanvas(bool unicode, bool colour) : unicode_(unicode), colour_(colour) {}

  void begin(const Group& group) override;
  void end() override;
  void box(const Rectangle& edges, const Mark& mark) override;
  void tick(const Point& at, const Mark& mark) override;
  void swatch(const Point& at, const Mark& mark) override;
  void text(const Place& place, std::string_view text, const Mark& mark) override;
  std::string fit(std::string_view text, int columns_max) const override;
  int pictures_abreast(int pictures) const override;

  // Lines without spaces at their ends, each with a newline.
  std::string str() const;

 private:
  struct Cell {
    std::string glyph;       // Empty: nothing, or lines.
    std::uint8_t lines = 0;  // Towards which neighbours lines run.
    std::uint8_t solid = 0;  // Which of those are not dashed.
    bool covered = false;    // By the second half of a wide glyph.
    const char* style = "";  // ANSI parameters.
  };

  Cell& at(int x, int y);
  void stroke(const Point& from, const Point& to, const Mark& mark);
  std::string picture(const Cell& cell) const;
  std::string line(const std::vector<Cell>& row) const;

  bool unicode_;
  bool colour_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace sectile::internal
