// What the readers of traces share: lines, fields, numbers, and wants by label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/text/trace.h"

namespace sectile::internal {

inline constexpr std::size_t kMaxTraceLine = 65'536;
inline constexpr double kMaxTraceSeconds = 1e12;

// The fields of a line. No field of these formats is quoted.
std::vector<std::string_view> split_fields(std::string_view line, char separator);

// A table of text with a header, row by row.
class TraceRows {
 public:
  TraceRows(std::string_view text, std::string_view file, char separator);

  // Fails with kInvalidArgument if the header lacks one of the columns.
  Status need(std::span<const std::string_view> columns);
  bool has(std::string_view column) const { return columns_.contains(column); }

  // The next row that is not empty; false at the end. Fails if it has fewer fields than the header.
  Result<bool> next();
  std::string_view field(std::string_view column) const;

  // A number of seconds, or whatever the column means; fails if it is none or out of range.
  Result<double> number(std::string_view column, double least, double most) const;

  std::unexpected<Error> wrong(std::string_view what, std::string_view next = {}) const;

 private:
  std::optional<std::string_view> line();

  std::string_view rest_;
  std::string file_;
  char separator_;
  std::size_t number_ = 0;  // Of the line, from 1.
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<std::string_view> fields_;
};

// Collects requests, and gives each label one want.
class TraceBuilder {
 public:
  // Fails with kInvalidArgument for a label that is no want, and beyond the limits.
  Status add(double submit, double lifetime, std::string_view label, std::int64_t times = 1);

  // Sorted, and beginning at 0. Fails if there is nothing in it.
  Result<Trace> finish(std::string_view file, std::vector<std::string> notes);

 private:
  Trace trace_;
  std::map<std::string, std::uint32_t, std::less<>> wants_;
};

// "1,204 requests were left out: they name no GPU"; nothing for 0.
void note_left_out(std::vector<std::string>& notes, std::int64_t count, std::string_view why);

Result<Trace> read_openb(TraceRows rows, std::string_view file);
Result<Trace> read_sacct(TraceRows rows, std::string_view file);

}  // namespace sectile::internal
