// Tables for people: aligned columns, no frames.
//
// Pure functions and values; thread-compatible.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sectile/geometry/model.h"

namespace sectile {

enum class Align { kLeft, kRight };

struct Column {
  std::string header;
  Align align = Align::kLeft;
};

// Rows of cells under headers. Cells may come from anywhere: control characters and broken UTF-8
// are neutralised.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // Requires: a cell for each column.
  void add(std::vector<std::string> cells);

  // Columns as wide as their widest cell, two spaces between them, no space at the end of a line.
  // While a line would exceed `width`, the widest left-aligned column gives way: its cells end with
  // ".." where cut. A newline ends each line.
  std::string text(int width = 80) const;

 private:
  int widest_cell(std::size_t column) const;
  std::vector<int> widths(int width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// `sectile gpus`: key, architecture, memory, slices, least driver. Figures that were worked out are
// marked "~" and unsure ones "?", as the last lines say.
std::string gpus_table(std::span<const Model> models);

// `sectile profiles MODEL`: id, name, greatest count, memory, compute slices, SMs, engines and
// placements of each profile, then the compute instances that it can hold; with the same marks.
std::string profiles_table(const Model& model);

}  // namespace sectile
