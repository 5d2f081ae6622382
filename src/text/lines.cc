#include "src/text/lines.h"

#include <algorithm>
#include <vector>

#include "src/text/glyphs.h"

namespace sectile::internal {
namespace {

constexpr int kWidth = 80;
constexpr int kHeadMax = 40;  // Columns; later lines of a longer head start at this column.

std::string without_end_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void Lines::add(std::string_view head, std::string_view text) {
  const std::string start = shorten(head, kWidth - 1);
  const int hang = std::min(columns(start), kHeadMax);
  const std::vector<std::string> lines = wrap(clean(text), kWidth - hang);
  const bool fits_beside = !lines.empty() && columns(start) + columns(lines.front()) <= kWidth;
  text_ += without_end_spaces(start + (fits_beside ? lines.front() : "")) + "\n";
  for (std::size_t i = fits_beside ? 1 : 0; i < lines.size(); ++i) {
    text_ +=
        std::string(static_cast<std::size_t>(hang), ' ') + shorten(lines[i], kWidth - hang) + "\n";
  }
}

void Lines::blank() {
  text_ += "\n";
}

}  // namespace sectile::internal
