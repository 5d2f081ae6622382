#include "sectile/text/trace.h"

#include <array>

#include "sectile/text/want_notation.h"
#include "src/text/trace_reading.h"

namespace sectile {
namespace {

using internal::kMaxTraceSeconds;
using internal::TraceBuilder;
using internal::TraceRows;

constexpr std::array<std::string_view, 3> kColumns = {"submit", "lifetime", "want"};

Result<Trace> read_own(TraceRows rows, std::string_view file) {
  if (const Status whole = rows.need(kColumns); !whole) {
    return fail(whole);
  }
  TraceBuilder builder;
  double before = 0;
  while (true) {
    const Result<bool> more = rows.next();
    if (!more) {
      return fail(more);
    }
    if (!*more) {
      return builder.finish(file, {});
    }
    const Result<double> submit = rows.number("submit", 0, kMaxTraceSeconds);
    if (!submit) {
      return fail(submit);
    }
    const Result<double> lifetime = rows.number("lifetime", 0, kMaxTraceSeconds);
    if (!lifetime) {
      return fail(lifetime);
    }
    if (*submit < before) {
      return rows.wrong("submit goes back in time", "sort the lines by submit");
    }
    before = *submit;
    if (const Status added = builder.add(*submit, *lifetime, rows.field("want")); !added) {
      return rows.wrong(added.error().message, added.error().next);
    }
  }
}

std::string seconds(double value) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.17g", value);
  return std::string(text.data(), static_cast<std::size_t>(size > 0 ? size : 0));
}

}  // namespace

Result<Trace> read_trace(std::string_view text, std::string_view file) {
  if (text.size() > kMaxTraceBytes) {
    return fail(ErrorCode::kInvalidArgument,
                std::string(file) + " is larger than " + std::to_string(kMaxTraceBytes) + " bytes");
  }
  const std::string_view header = text.substr(0, std::min(text.find('\n'), text.size()));
  if (header.find('|') != std::string_view::npos) {
    return internal::read_sacct(TraceRows(text, file, '|'), file);
  }
  TraceRows rows(text, file, ',');
  if (rows.has("gpu_milli")) {
    return internal::read_openb(std::move(rows), file);
  }
  if (rows.has("want")) {
    return read_own(std::move(rows), file);
  }
  return fail(ErrorCode::kInvalidArgument,
              std::string(file) + ":1: this is no trace that Sectile knows",
              "it reads a CSV with the header submit,lifetime,want, what `sacct -P` prints, and "
              "openb pod lists");
}

std::string to_csv(const Trace& trace) {
  std::string text = "submit,lifetime,want\n";
  for (const SimulatedRequest& request : trace.requests) {
    const Want& want = trace.wants[request.want];
    std::string label = to_string(want);
    label.erase(0, label.find('x') + 1);  // The count, which is always 1.
    text += seconds(request.submit) + "," + seconds(request.lifetime) + "," + label + "\n";
  }
  return text;
}

}  // namespace sectile
