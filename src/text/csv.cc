#include "src/text/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "src/text/scan.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"

namespace sectile::internal {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class CsvReader {
 public:
  CsvReader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Result<Csv> run() {
    Csv csv;
    while (!text_.empty()) {
      const std::string_view line = next_line();
      const bool says_something = !trim(line).empty() && !line.starts_with('#');
      if (const Status taken = says_something ? take(line, csv) : Status(); !taken) {
        return fail(taken);
      }
    }
    if (csv.header.cells.empty()) {
      return fail(ErrorCode::kInvalidArgument, at(file_, {}, "the file is empty"));
    }
    return csv;
  }

 private:
  std::string_view next_line() {
    ++line_;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }

  // The first line that says something is the header.
  Status take(std::string_view line, Csv& csv) const {
    Result<CsvRow> row = read_row(line);
    if (!row) {
      return fail(row);
    }
    const bool is_header = csv.header.cells.empty();
    if (const Status sound = is_header ? check_header(*row) : check_row(*row, csv); !sound) {
      return sound;
    }
    if (is_header) {
      csv.header = std::move(*row);
    } else {
      csv.rows.push_back(std::move(*row));
    }
    return {};
  }

  std::unexpected<Error> refuse(std::size_t cell, std::string_view message,
                                std::string next = {}) const {
    const Position position{.line = line_, .column = static_cast<int>(cell)};
    return fail(ErrorCode::kInvalidArgument, at(file_, position, message), std::move(next));
  }

  // The cell in quotes at the front of `line`, which loses it.
  Result<std::string> read_quoted(std::string_view& line, std::size_t cell) const {
    std::string value;
    line.remove_prefix(1);
    while (true) {
      const std::size_t quote = line.find('"');
      if (quote == std::string_view::npos) {
        return refuse(cell, "a quote is not closed on its line");
      }
      value += line.substr(0, quote);
      line.remove_prefix(quote + 1);
      if (!line.starts_with('"')) {
        break;
      }
      value += '"';
      line.remove_prefix(1);
    }
    if (!line.empty() && !line.starts_with(',')) {
      return refuse(cell, "something follows a closing quote");
    }
    return value;
  }

  // The cell at the front of `line`, which loses it.
  Result<std::string> read_cell(std::string_view& line, std::size_t cell) const {
    if (line.starts_with('"')) {
      return read_quoted(line, cell);
    }
    const std::size_t end = std::min(line.find(','), line.size());
    std::string value(trim(line.substr(0, end)));
    line.remove_prefix(end);
    return value;
  }

  Result<CsvRow> read_row(std::string_view line) const {
    CsvRow row{.line = line_, .cells = {}};
    while (true) {
      const std::size_t cell = row.cells.size() + 1;
      Result<std::string> value = read_cell(line, cell);
      if (!value) {
        return fail(value);
      }
      const bool control = std::ranges::any_of(
          *value, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
      if (value->size() > kMaxCsvCell || control || cell > kMaxCsvColumns) {
        return refuse(cell, control ? "a control character" : "more than can be meant");
      }
      row.cells.push_back(std::move(*value));
      if (line.empty()) {
        return row;
      }
      line.remove_prefix(1);
    }
  }

  Status check_header(const CsvRow& row) const {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (row.cells[i].empty() || !names.insert(row.cells[i]).second) {
        return refuse(i + 1,
                      fmt::format("column '{}' {}", printable(row.cells[i]),
                                  row.cells[i].empty() ? "has no name" : "stands here twice"));
      }
    }
    return {};
  }

  Status check_row(const CsvRow& row, const Csv& csv) const {
    if (row.cells.size() != csv.header.cells.size()) {
      return refuse(row.cells.size(), fmt::format("{} cells, and the header has {}",
                                                  row.cells.size(), csv.header.cells.size()));
    }
    if (csv.rows.size() >= kMaxCsvRows) {
      return refuse(1, fmt::format("more than {} lines", kMaxCsvRows));
    }
    return {};
  }

  std::string_view text_;
  std::string_view file_;
  int line_ = 0;
};

}  // namespace

std::optional<std::size_t> Csv::column(std::string_view name) const {
  const auto found = std::ranges::find(header.cells, name);
  return found == header.cells.end()
             ? std::nullopt
             : std::optional(static_cast<std::size_t>(found - header.cells.begin()));
}

Result<Csv> read_csv(std::string_view text, std::string_view file) {
  if (text.size() > kMaxCsvBytes) {
    return fail(
        ErrorCode::kInvalidArgument,
        at(file, {},
           fmt::format("{} bytes are more than the {} that are read", text.size(), kMaxCsvBytes)));
  }
  if (const std::size_t bad = first_invalid_utf8(text); bad != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                at(file, {}, fmt::format("byte {} is not UTF-8", bad)));
  }
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return CsvReader(text, file).run();
}

}  // namespace sectile::internal
