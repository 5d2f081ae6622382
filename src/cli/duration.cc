#include "src/cli/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace sectile::cli {
namespace {

constexpr std::int64_t kSeconds[] = {86400, 3600, 60, 1};
constexpr std::string_view kUnits = "dhms";

std::unexpected<Error> refused(std::string_view text, std::string_view what) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("--{}: '{}' is no duration", what, text),
              "write it as 90s, 30m, 2h or 1h30m; at most 30d");
}

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text, std::string_view what) {
  std::int64_t total = 0;
  std::size_t unit_min = 0;  // Units get smaller: "30m1h" is a mistake.
  std::string_view rest = text;
  do {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::size_t unit = rest.empty() ? std::string_view::npos : kUnits.find(rest.front());
    const std::int64_t most = std::chrono::seconds(kDurationMax).count();
    if (error != std::errc() || number < 0 || number > most || unit == std::string_view::npos ||
        unit < unit_min) {
      return refused(text, what);
    }
    total += number * kSeconds[unit];
    if (total > most) {
      return refused(text, what);
    }
    unit_min = unit + 1;
    rest.remove_prefix(1);
  } while (!rest.empty());
  return std::chrono::seconds(total);
}

std::string duration_text(std::chrono::seconds duration) {
  std::int64_t left = duration.count();
  std::string text;
  for (std::size_t unit = 0; unit < kUnits.size(); ++unit) {
    if (left >= kSeconds[unit]) {
      text += fmt::format("{}{}", left / kSeconds[unit], kUnits[unit]);
      left %= kSeconds[unit];
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace sectile::cli
