// Durations as people write them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sectile/base/result.h"

namespace sectile::cli {

inline constexpr std::chrono::hours kDurationMax = std::chrono::hours(24 * 30);

// "90s", "30m", "2h", "1h30m", "1d", at most kDurationMax. Fails with kInvalidArgument, also for a
// number without a unit. `what`: the option, for messages.
Result<std::chrono::seconds> parse_duration(std::string_view text, std::string_view what);

// "1h30m", "90s" where that is exact; "0s".
std::string duration_text(std::chrono::seconds duration);

}  // namespace sectile::cli
