// CSV: tables of comma-separated values with a header, and the position of every cell.
//
// Comma, double quotes where needed ("" is a quote in them), lines that end in LF or CRLF, a byte
// order mark ignored. Empty lines and lines that begin with # are left out. Files are hostile: too
// large, not UTF-8, with control characters, with lines of other than the header's number of cells,
// they are refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/text/position.h"

namespace sectile::internal {

inline constexpr std::size_t kMaxCsvBytes = std::size_t{64} << 20U;
inline constexpr std::size_t kMaxCsvColumns = 256;
inline constexpr std::size_t kMaxCsvCell = 4096;
inline constexpr std::size_t kMaxCsvRows = 2'000'000;

struct CsvRow {
  int line = 0;
  std::vector<std::string> cells;
};

struct Csv {
  CsvRow header;
  std::vector<CsvRow> rows;  // As many cells each as the header has.

  // Index of the column; nullopt if there is none.
  std::optional<std::size_t> column(std::string_view name) const;
};

// Fails with kInvalidArgument at "file:line:column: "; the column counts cells.
Result<Csv> read_csv(std::string_view text, std::string_view file);

}  // namespace sectile::internal
