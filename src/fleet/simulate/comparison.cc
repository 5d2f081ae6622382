#include "sectile/fleet/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

#include "sectile/base/check.h"

namespace sectile {
namespace {

// The 97.5 % quantile of Student's t for 1, 2, ... degrees of freedom (any table of it).
constexpr std::array<double, 30> kStudent = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};

double student(std::size_t freedom) {
  // Beyond the table by its asymptotic expansion, which is right to three digits there.
  constexpr double kNormal = 1.95996;
  const auto n = static_cast<double>(freedom);
  return freedom <= kStudent.size() ? kStudent[freedom - 1]
                                    : kNormal + (std::pow(kNormal, 3) + kNormal) / (4 * n);
}

double ratio(double part, double whole, double otherwise) {
  return whole > 0 ? part / whole : otherwise;
}

double count(const std::vector<std::int64_t>& of) {
  return static_cast<double>(std::accumulate(of.begin(), of.end(), std::int64_t{0}));
}

double slices(const SimulationOutcome& outcome, const std::vector<std::int64_t>& of) {
  return static_cast<double>(
      std::inner_product(of.begin(), of.end(), outcome.slices.begin(), std::int64_t{0}));
}

double mean_wait(const std::vector<double>& waits) {
  return ratio(std::accumulate(waits.begin(), waits.end(), 0.0), static_cast<double>(waits.size()),
               0);
}

double high_wait(const std::vector<double>& waits) {
  constexpr std::size_t kPercent = 95;
  return waits.empty() ? 0 : waits[std::min(waits.size() - 1, waits.size() * kPercent / 100)];
}

}  // namespace

Interval interval(std::span<const double> samples) {
  if (samples.empty()) {
    return {};
  }
  const auto n = static_cast<double>(samples.size());
  const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  if (samples.size() == 1) {
    return {.mean = mean};
  }
  double squares = 0;
  for (const double sample : samples) {
    squares += (sample - mean) * (sample - mean);
  }
  return {.mean = mean,
          .half_width = student(samples.size() - 1) * std::sqrt(squares / (n - 1) / n)};
}

std::string_view to_string(Measure measure) {
  switch (measure) {
    case Measure::kAcceptedCount:
      return "accepted_count";
    case Measure::kAcceptedSlices:
      return "accepted_slices";
    case Measure::kUtilisation:
      return "utilisation";
    case Measure::kBlockedCapacity:
      return "blocked_capacity";
    case Measure::kBlockedStructure:
      return "blocked_structure";
    case Measure::kWaitMean:
      return "wait_mean";
    case Measure::kWaitHigh:
      return "wait_p95";
    case Measure::kMoves:
      return "moves";
  }
  return "";
}

double measure(const SimulationOutcome& outcome, Measure measure, std::int64_t total_slices) {
  const double offered = slices(outcome, outcome.offered);
  const auto structure = static_cast<double>(outcome.blocked_slices_by_structure);
  switch (measure) {
    case Measure::kAcceptedCount:
      return ratio(count(outcome.accepted), count(outcome.offered), 1);
    case Measure::kAcceptedSlices:
      return ratio(slices(outcome, outcome.accepted), offered, 1);
    case Measure::kUtilisation:
      return ratio(outcome.used_slices, static_cast<double>(total_slices), 0);
    case Measure::kBlockedCapacity:
      return ratio(static_cast<double>(outcome.blocked_slices) - structure, offered, 0);
    case Measure::kBlockedStructure:
      return ratio(structure, offered, 0);
    case Measure::kWaitMean:
      return mean_wait(outcome.waits);
    case Measure::kWaitHigh:
      return high_wait(outcome.waits);
    case Measure::kMoves:
      return ratio(static_cast<double>(outcome.moves), count(outcome.accepted), 0);
  }
  return 0;
}

Interval measured(const SimulationReport& report, const Candidate& candidate, Measure what) {
  std::vector<double> samples;
  samples.reserve(candidate.runs.size());
  for (const SimulationOutcome& run : candidate.runs) {
    samples.push_back(measure(run, what, report.total_slices));
  }
  return interval(samples);
}

Interval difference(const SimulationReport& report, const Candidate& one, const Candidate& other,
                    Measure what) {
  SECTILE_CHECK(one.runs.size() == other.runs.size());
  std::vector<double> samples;
  samples.reserve(one.runs.size());
  for (std::size_t i = 0; i < one.runs.size(); ++i) {
    samples.push_back(measure(one.runs[i], what, report.total_slices) -
                      measure(other.runs[i], what, report.total_slices));
  }
  return interval(samples);
}

}  // namespace sectile
