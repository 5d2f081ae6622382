#include "src/text/trace_reading.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "sectile/text/want_notation.h"
#include "src/text/utf8.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kShown = 40;

std::string shown(std::string_view text) {
  return "'" + printable(text.substr(0, kShown)) + (text.size() > kShown ? "...'" : "'");
}

}  // namespace

std::vector<std::string_view> split_fields(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t end = line.find(separator);
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) {
      return fields;
    }
    line.remove_prefix(end + 1);
  }
}

TraceRows::TraceRows(std::string_view text, std::string_view file, char separator)
    : rest_(text), file_(file), separator_(separator) {
  if (const std::optional<std::string_view> header = line()) {
    const std::vector<std::string_view> names = split_fields(*header, separator_);
    for (std::size_t i = 0; i < names.size(); ++i) {
      columns_.try_emplace(std::string(names[i]), i);
    }
  }
}

Status TraceRows::need(std::span<const std::string_view> columns) {
  for (const std::string_view column : columns) {
    if (!has(column)) {
      return wrong("the header has no column '" + std::string(column) + "'");
    }
  }
  return {};
}

std::optional<std::string_view> TraceRows::line() {
  if (rest_.empty()) {
    return std::nullopt;
  }
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  std::string_view found = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  number_ += 1;
  if (found.ends_with('\r')) {
    found.remove_suffix(1);
  }
  return found;
}

Result<bool> TraceRows::next() {
  std::optional<std::string_view> found = line();
  while (found && found->empty()) {
    found = line();
  }
  if (!found) {
    return false;
  }
  if (found->size() > kMaxTraceLine) {
    return wrong("the line is longer than " + std::to_string(kMaxTraceLine) + " bytes");
  }
  fields_ = split_fields(*found, separator_);
  if (fields_.size() < columns_.size()) {
    return wrong("the line has " + std::to_string(fields_.size()) + " fields, the header " +
                 std::to_string(columns_.size()));
  }
  return true;
}

std::string_view TraceRows::field(std::string_view column) const {
  const auto at = columns_.find(column);
  return at == columns_.end() || at->second >= fields_.size() ? std::string_view()
                                                              : fields_[at->second];
}

Result<double> TraceRows::number(std::string_view column, double least, double most) const {
  const std::string_view text = field(column);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) {
    return wrong(std::string(column) + " is no number: " + shown(text));
  }
  if (value < least || value > most) {
    return wrong(std::string(column) + " is out of range: " + shown(text));
  }
  return value;
}

std::unexpected<Error> TraceRows::wrong(std::string_view what, std::string_view next) const {
  return fail(ErrorCode::kInvalidArgument,
              file_ + ":" + std::to_string(number_) + ": " + std::string(what), std::string(next));
}

Status TraceBuilder::add(double submit, double lifetime, std::string_view label,
                         std::int64_t times) {
  auto found = wants_.find(label);
  if (found == wants_.end()) {
    const Result<Want> want = parse_want(label);
    if (!want || want->count != 1 || !want->name.empty()) {
      return fail(ErrorCode::kInvalidArgument, shown(label) + " is no single want",
                  "write a profile such as 1g.10gb, whole, or a need such as >=9GiB");
    }
    if (trace_.wants.size() == kMaxStreamWants) {
      return fail(ErrorCode::kInvalidArgument,
                  "there are more than " + std::to_string(kMaxStreamWants) + " different wants");
    }
    found =
        wants_.emplace(std::string(label), static_cast<std::uint32_t>(trace_.wants.size())).first;
    trace_.wants.push_back(*want);
  }
  if (times < 1 || trace_.requests.size() + static_cast<std::size_t>(times) > kMaxTraceRequests) {
    return fail(ErrorCode::kInvalidArgument,
                "there are more than " + std::to_string(kMaxTraceRequests) + " requests");
  }
  trace_.requests.insert(trace_.requests.end(), static_cast<std::size_t>(times),
                         {.submit = submit, .lifetime = lifetime, .want = found->second});
  return {};
}

Result<Trace> TraceBuilder::finish(std::string_view file, std::vector<std::string> notes) {
  if (trace_.requests.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                std::string(file) + " holds no request that can be simulated",
                notes.empty() ? std::string() : notes.front());
  }
  std::ranges::stable_sort(trace_.requests, {}, &SimulatedRequest::submit);
  const double first = trace_.requests.front().submit;
  for (SimulatedRequest& request : trace_.requests) {
    request.submit -= first;
  }
  trace_.notes = std::move(notes);
  return std::move(trace_);
}

void note_left_out(std::vector<std::string>& notes, std::int64_t count, std::string_view why) {
  if (count > 0) {
    notes.push_back(std::to_string(count) +
                    (count == 1 ? " request was left out: " : " requests were left out: ") +
                    std::string(why));
  }
}

}  // namespace sectile::internal
