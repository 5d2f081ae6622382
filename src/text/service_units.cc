// The small notations of services: rates, latencies, admission, spare.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sectile/text/services.h"
#include "src/text/decimal.h"
#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::parse_decimal;
using internal::printable;
using internal::Round;
using internal::write_decimal;

constexpr int kMicroDigits = 6;
constexpr int kAdmissionDigits = 4;

struct Unit {
  std::string_view name;
  int digits;           // Of the number, to be read whole.
  std::int64_t divide;  // By so much afterwards.
};

// In the order in which they are tried: the end of a text decides.
constexpr std::array<Unit, 3> kRates = {{{"/s", 6, 1}, {"/min", 6, 60}, {"/h", 6, 3600}}};
constexpr std::array<Unit, 4> kLatencies = {
    {{"ms", 6, 1}, {"us", 3, 1}, {"ns", 0, 1}, {"s", 9, 1}}};

std::unexpected<Error> refuse(std::string_view text, std::string_view what, std::string_view next) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no {}", printable(text), what),
              std::string(next));
}

}  // namespace

Result<fleet::Rate> parse_rate(std::string_view text) {
  constexpr std::string_view kNext = "write requests a second, a minute or an hour: 40/s, 2400/min";
  const auto* const unit =
      std::ranges::find_if(kRates, [&](const Unit& each) { return text.ends_with(each.name); });
  if (unit == kRates.end()) {
    return refuse(text, "rate with a unit", kNext);
  }
  const std::string_view number = internal::trim(text.substr(0, text.size() - unit->name.size()));
  const Result<std::int64_t> value =
      parse_decimal(number, unit->digits, Round::kUp, fleet::kMaxRate.micro);
  if (!value) {
    return fail(ErrorCode::kInvalidArgument, value.error().message, std::string(kNext));
  }
  const std::int64_t micro = (*value + unit->divide - 1) / unit->divide;
  if (micro == 0) {
    return refuse(text, "rate above 0", kNext);
  }
  return fleet::Rate{micro};
}

Result<fleet::Latency> parse_latency(std::string_view text) {
  constexpr std::string_view kNext = "write a number and ms, s or us: 200ms, 2s";
  const auto* const unit =
      std::ranges::find_if(kLatencies, [&](const Unit& each) { return text.ends_with(each.name); });
  if (unit == kLatencies.end()) {
    return refuse(text, "latency with a unit", kNext);
  }
  const std::string_view number = internal::trim(text.substr(0, text.size() - unit->name.size()));
  const Result<std::int64_t> value =
      parse_decimal(number, unit->digits, Round::kDown, fleet::kMaxLatency.nanoseconds);
  if (!value) {
    return fail(ErrorCode::kInvalidArgument, value.error().message, std::string(kNext));
  }
  if (*value == 0) {
    return refuse(text, "latency above 0", kNext);
  }
  return fleet::Latency{*value};
}

std::string to_string(fleet::Rate rate) {
  return write_decimal(rate.micro, kMicroDigits) + "/s";
}

std::string to_string(fleet::Latency latency) {
  return write_decimal(latency.nanoseconds, kMicroDigits) + "ms";
}

Result<fleet::Admission> parse_admission(std::string_view text) {
  if (text == "plain") {
    return fleet::kPlainAdmission;
  }
  if (text == "parvagpu") {
    return fleet::kParvaGpuAdmission;
  }
  constexpr int kWhole = 10'000;
  const Result<std::int64_t> share = parse_decimal(text, kAdmissionDigits, Round::kDown, kWhole);
  if (!share || *share == 0) {
    return refuse(text, "rule of admission", "write plain, parvagpu, or a share such as 0.6");
  }
  return fleet::Admission{.numerator = static_cast<int>(*share), .denominator = kWhole};
}

std::string to_string(const fleet::Admission& admission) {
  if (admission == fleet::kPlainAdmission) {
    return "plain";
  }
  if (admission == fleet::kParvaGpuAdmission) {
    return "parvagpu";
  }
  const std::int64_t share = std::int64_t{admission.numerator} * 10'000 / admission.denominator;
  return write_decimal(share, kAdmissionDigits);
}

Result<fleet::Spare> parse_spare(std::string_view text) {
  for (const fleet::Spare spare :
       {fleet::Spare::kNone, fleet::Spare::kInstance, fleet::Spare::kGpu}) {
    if (to_string(spare) == text) {
      return spare;
    }
  }
  return refuse(text, "spare", "write none, instance (any one may fail) or gpu");
}

std::string_view to_string(fleet::Spare spare) {
  switch (spare) {
    case fleet::Spare::kNone:
      return "none";
    case fleet::Spare::kInstance:
      return "instance";
    case fleet::Spare::kGpu:
      return "gpu";
  }
  return "";
}

}  // namespace sectile
