#include "sectile/text/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sectile/base/check.h"
#include "src/text/glyphs.h"

namespace sectile {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 4;  // Below that a cut column says nothing.

std::string aligned(const std::string& cell, int width, Align align) {
  const std::string shown = internal::shorten(cell, width, false);
  const std::string whole = internal::columns(cell) <= width ? cell : shown;
  return align == Align::kRight ? internal::pad_left(whole, width)
                                : internal::pad_right(whole, width);
}

// The widest column that may be cut, if it is wider than the narrowest; nullptr: none.
int* widest_to_cut(const std::vector<Column>& columns, std::vector<int>& widths) {
  int* widest = nullptr;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (columns[i].align == Align::kLeft &&
        widths[i] > (widest == nullptr ? kNarrowest : *widest)) {
      widest = &widths[i];
    }
  }
  return widest;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  SECTILE_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) {
    cell = internal::clean(cell);
  }
  rows_.push_back(std::move(cells));
}

int Table::widest_cell(std::size_t column) const {
  int widest = internal::columns(columns_[column].header);
  for (const std::vector<std::string>& row : rows_) {
    widest = std::max(widest, internal::columns(row[column]));
  }
  return widest;
}

std::vector<int> Table::widths(int width) const {
  std::vector<int> widths;
  int sum = -kGap;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(widest_cell(i));
    sum += widths.back() + kGap;
  }
  for (; sum > width; --sum) {
    int* const widest = widest_to_cut(columns_, widths);
    if (widest == nullptr) {
      break;
    }
    *widest -= 1;
  }
  return widths;
}

std::string Table::text(int width) const {
  const std::vector<int> widths = this->widths(width);
  std::string result;
  const auto add_line = [&](const auto& cell) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += i == 0 ? "" : std::string(kGap, ' ');
      line += aligned(cell(i), widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  };
  add_line([this](std::size_t i) { return columns_[i].header; });
  for (const std::vector<std::string>& row : rows_) {
    add_line([&row](std::size_t i) { return row[i]; });
  }
  return result;
}

}  // namespace sectile
