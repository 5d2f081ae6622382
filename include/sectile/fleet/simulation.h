// Simulation: what becomes of a stream of requests on a fleet, with or without a queue.
//
// A stream is drawn from a mix by a seed, or read from a trace (text/trace.h). Policies that are
// given one stream meet the very same requests, so that differences between them are known better
// than the figures themselves. Times are in any unit, the same for all of one stream. Pure and
// deterministic; thread-safe for different fleets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/loss_model.h"

namespace sectile {

struct SimulatedRequest {
  double submit = 0;
  double lifetime = 0;     // How long it stays once it has its place.
  std::uint32_t want = 0;  // Index into RequestStream::slices.

  friend bool operator==(const SimulatedRequest&, const SimulatedRequest&) = default;
};

struct RequestStream {
  std::vector<int> slices = {};  // Memory slices of each want, for the measures by slices.
  std::vector<SimulatedRequest> requests = {};  // Ascending submit.
  double counted_from = 0;  // Requests and time before it warm the fleet up and do not count.
  double until = 0;         // Nothing is looked at after it.
};

inline constexpr std::size_t kMaxStreamRequests = 20'000'000;
inline constexpr std::size_t kMaxStreamWants = 256;

// A want and how long one instance of it stayed, to be drawn from.
struct RequestSample {
  std::uint32_t want = 0;
  double lifetime = 0;
};

// A Poisson stream.
struct StreamOfMix {
  double arrivals = 0;              // In one unit of time.
  std::vector<double> shares = {};  // Of the wants, in any unit; lifetimes are exponential, mean 1.
  std::vector<RequestSample> samples = {};  // Or, if not empty: each as likely as the others.
  std::vector<int> slices = {};             // Of each want.
  double until = 0;
  double warm_up = 0.15;  // The part of the time that does not count: 0 to below 1.
  std::uint64_t seed = 1;
};

// Fails with kInvalidArgument for figures that are out of range or do not belong together, and for
// more than kMaxStreamRequests expected.
Result<RequestStream> draw_stream(const StreamOfMix& mix);

// Whether the stream can be simulated: finite times in order, lifetimes not negative, wants that
// have a size. draw_stream() makes no other. Fails with kInvalidArgument, naming the request.
Status check_stream(const RequestStream& stream);

// What becomes of a request that fits nowhere when it comes.
enum class Queueing : std::uint8_t {
  kLoss,      // It is lost.
  kFifo,      // It waits, and nobody who came later overtakes.
  kBackfill,  // It waits, and whoever fits goes first; of those the one that came first.
};

std::string_view to_string(Queueing queueing);           // "loss", "fifo", "backfill"
Result<Queueing> parse_queueing(std::string_view name);  // Names the three on failure.

struct SimulationOutcome {
  std::vector<std::int64_t> offered = {};   // Of each want.
  std::vector<std::int64_t> accepted = {};  // Likewise: those that got a place, at once or later.
  std::vector<int> slices = {};             // As given.
  // Requests that fitted nowhere when they came: in all, and those of them for which the fleet had
  // enough memory slices free, only not where they could be used.
  std::int64_t blocked = 0;
  std::int64_t blocked_by_structure = 0;
  std::int64_t blocked_slices = 0;
  std::int64_t blocked_slices_by_structure = 0;
  double used_slices = 0;  // On average over time.
  std::int64_t moves = 0;
  std::vector<double> waits = {};  // Of those that got a place, ascending; only with a queue.
};

// Plays the stream. `fleet` must be empty and has `total_slices` memory slices.
// Requires: check_stream(stream) succeeded.
SimulationOutcome simulate(const RequestStream& stream, std::int64_t total_slices, LossFleet& fleet,
                           Queueing queueing = Queueing::kLoss);

// Instances that were cut once and stay: which of them serve a want, best first.
struct StaticPools {
  std::vector<std::int64_t> instances = {};                  // In each pool.
  std::vector<std::vector<std::size_t>> pools_of_want = {};  // Indices into `instances`.
};

std::unique_ptr<LossFleet> make_static_fleet(StaticPools pools);

}  // namespace sectile
