// Comparison: what simulations say of several ways to serve one demand, with how sure it is.
//
// Values and pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/fleet/simulation.h"

namespace sectile {

// A mean and the half of its 95 % confidence interval, by Student's t; 0 for a single sample, of
// which nobody knows how sure it is.
struct Interval {
  double mean = 0;
  double half_width = 0;
};
Interval interval(std::span<const double> samples);

enum class Measure : std::uint8_t {
  kAcceptedCount,     // Share of the requests that got a place.
  kAcceptedSlices,    // The same by memory slices.
  kUtilisation,       // Memory slices in use, as a share of all, on average over time.
  kBlockedCapacity,   // Share of the slices asked for that found too few slices free.
  kBlockedStructure,  // Share of them that found enough free, but not where they can be used.
  kWaitMean,          // Of those that got a place, in the stream's unit of time.
  kWaitHigh,          // The wait that 95 % of them did not exceed.
  kMoves,             // Instances moved, as a share of the accepted requests.
};

std::string_view to_string(Measure measure);  // "accepted_count", ...; names of CSV and JSON.

double measure(const SimulationOutcome& outcome, Measure measure, std::int64_t total_slices);

// One way, on every stream.
struct Candidate {
  std::string name = {};                     // "foresight", "static 3g.40gb@4 ..."
  std::vector<SimulationOutcome> runs = {};  // One for each stream, in one order for all.
};

// All ways at one load.
struct Comparison {
  double load = 0;  // 1: what the GPUs could hold at best; 0: not known, as for a trace.
  std::vector<Candidate> candidates = {};
};

struct SimulationReport {
  std::string fleet = {};   // "100xa100-80gb"
  std::string demand = {};  // The mix or the trace, for people.
  std::vector<std::string> wants = {};
  std::int64_t gpus = 0;
  std::int64_t total_slices = 0;
  Queueing queueing = Queueing::kLoss;
  std::int64_t runs = 0;  // Streams for each candidate and load.
  std::uint64_t seed = 1;
  std::string time_unit = {};                // "mean lifetimes", "s"
  std::vector<Comparison> comparisons = {};  // Ascending load.
  std::vector<std::string> notes = {};       // What was left out, and how it was counted.
};

Interval measured(const SimulationReport& report, const Candidate& candidate, Measure what);

// One less the other, run by run. Requires: as many runs of both.
Interval difference(const SimulationReport& report, const Candidate& one, const Candidate& other,
                    Measure what);

// What to do, in sentences that follow from the numbers; where intervals do not tell two ways
// apart, they say so.
std::vector<std::string> recommend(const SimulationReport& report);

}  // namespace sectile
