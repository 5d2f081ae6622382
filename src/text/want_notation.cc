#include "sectile/text/want_notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "src/text/profile_label.h"
#include "src/text/scan.h"
#include "src/text/utf8.h"
#include "src/text/want_name.h"

namespace sectile {
namespace {

using internal::printable;

constexpr std::size_t kMaxWantBytes = 65'536;
constexpr int kMaxMiB = 1 << 30;  // A pebibyte.
constexpr int kMaxComputeSlices = 64;
constexpr std::size_t kMaxName = 64;
constexpr std::string_view kExample =
    "write wants such as 2x3g.40gb, 14x>=9GiB, 2x>=39GiB/3c or 1xwhole, with commas between";

std::unexpected<Error> malformed(std::string_view text) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no want", printable(text)),
              std::string(kExample));
}

// One part of a need, between slashes. Each may come once.
Status read_part(std::string_view part, ByNeed& need) {
  if (part == "gfx" && !need.graphics) {
    need.graphics = true;
    return {};
  }
  if (part.ends_with('c') && need.compute_min == 0) {
    const std::optional<int> slices =
        internal::parse_number(part.substr(0, part.size() - 1), kMaxComputeSlices);
    if (slices && *slices > 0) {
      need.compute_min = *slices;
      return {};
    }
  } else if (need.memory_min.value == 0) {
    const Result<MiB> memory = parse_memory(part);
    if (!memory) {
      return fail(memory);
    }
    need.memory_min = *memory;
    return {};
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("'{}' is no need, or stands there twice", printable(part)),
              std::string(kExample));
}

Result<ByNeed> parse_need(std::string_view text) {
  ByNeed need;
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t slash = rest.find('/');
    more = slash != std::string_view::npos;
    const Status status = read_part(internal::trim(rest.substr(0, slash)), need);
    if (!status) {
      return fail(status);
    }
    rest = more ? rest.substr(slash + 1) : "";
  }
  if (need.memory_min.value == 0 && need.compute_min == 0) {
    return malformed(text);
  }
  return need;
}

Result<std::variant<ByProfile, ByNeed>> parse_what(std::string_view text) {
  if (text.starts_with(">=")) {
    const Result<ByNeed> need = parse_need(text.substr(2));
    if (!need) {
      return fail(need);
    }
    return *need;
  }
  if (text == "whole" || internal::parse_profile_label(text)) {
    return ByProfile{.label = std::string(text)};
  }
  return malformed(text);
}

std::string to_string(const ByNeed& need) {
  std::string result = ">=";
  if (need.memory_min.value != 0) {
    result += to_string(need.memory_min);
  }
  if (need.compute_min != 0) {
    result += fmt::format("{}{}c", need.memory_min.value != 0 ? "/" : "", need.compute_min);
  }
  return result + (need.graphics ? "/gfx" : "");
}

}  // namespace

bool internal::is_want_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '-';
  });
}

Result<MiB> parse_memory(std::string_view text) {
  const bool gib = text.ends_with("GiB");
  const bool mib = text.ends_with("MiB");
  if (gib || mib) {
    const int scale = gib ? 1024 : 1;
    const std::optional<int> amount =
        internal::parse_number(text.substr(0, text.size() - 3), kMaxMiB / scale);
    if (amount && *amount > 0) {
      return MiB{std::int64_t{*amount} * scale};
    }
  }
  const bool gigabytes = text.ends_with("GB") || text.ends_with("gb") || text.ends_with('G');
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("'{}' is no amount of memory", printable(text)),
              gigabytes ? "the GB of a profile's name is a label and no amount: write GiB or MiB, "
                          "as in 9GiB or 9728MiB"
                        : "write whole GiB or MiB, as in 9GiB or 9728MiB");
}

Result<Want> parse_want(std::string_view text) {
  Want want;
  std::string_view rest = internal::trim(text);
  const std::size_t equals = rest.find('=');
  if (equals != std::string_view::npos && (equals == 0 || rest[equals - 1] != '>')) {
    want.name = internal::trim(rest.substr(0, equals));
    if (!internal::is_want_name(want.name)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("'{}' is no name of a want", printable(want.name)),
                  internal::kWantNameHint);
    }
    rest = internal::trim(rest.substr(equals + 1));
  }
  const auto [count, what] = internal::split_count(rest, kMaxWantCount);
  if (!count) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the count of '{}' is not from 1 to {}",
                                                         printable(rest), kMaxWantCount));
  }
  Result<std::variant<ByProfile, ByNeed>> parsed = parse_what(what);
  if (!parsed) {
    return fail(parsed);
  }
  want.count = *count;
  want.what = std::move(*parsed);
  return want;
}

Result<std::vector<Want>> parse_wants(std::string_view text) {
  if (text.size() > kMaxWantBytes) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("wants of {} bytes are longer than {}", text.size(), kMaxWantBytes));
  }
  std::vector<Want> wants;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    Result<Want> want = parse_want(text.substr(0, comma));
    if (!want) {
      return fail(want);
    }
    wants.push_back(std::move(*want));
    if (wants.size() > kMaxWants) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("more than {} wants", kMaxWants));
    }
    text = more ? text.substr(comma + 1) : "";
  }
  return wants;
}

std::string to_string(const Want& want) {
  const std::string name = want.name.empty() ? "" : want.name + "=";
  const ByProfile* const profile = std::get_if<ByProfile>(&want.what);
  return fmt::format("{}{}x{}", name, want.count,
                     profile ? profile->label : to_string(std::get<ByNeed>(want.what)));
}

std::string to_string(std::span<const Want> wants) {
  std::string result;
  for (const Want& want : wants) {
    result += (result.empty() ? "" : ",") + to_string(want);
  }
  return result;
}

std::string to_string(MiB memory) {
  const bool whole = memory.value % 1024 == 0;
  return whole ? fmt::format("{}GiB", memory.value / 1024) : fmt::format("{}MiB", memory.value);
}

}  // namespace sectile
