#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "sectile/fleet/random.h"
#include "sectile/fleet/simulation.h"

namespace sectile {
namespace {

bool positive(double value) {
  return std::isfinite(value) && value > 0;
}

std::unexpected<Error> wrong(const std::string& what) {
  return fail(ErrorCode::kInvalidArgument, what);
}

Status check_mix(const StreamOfMix& mix) {
  if (mix.slices.empty() || mix.slices.size() > kMaxStreamWants) {
    return wrong("a mix has 1 to " + std::to_string(kMaxStreamWants) + " wants, not " +
                 std::to_string(mix.slices.size()));
  }
  const bool part = mix.warm_up >= 0 && mix.warm_up < 1;  // False for what is no number, too.
  if (!positive(mix.arrivals) || !positive(mix.until) || !part) {
    return wrong("arrivals and time must be above 0, and the warm-up a part of the time");
  }
  if (mix.arrivals * mix.until > static_cast<double>(kMaxStreamRequests) * 0.9) {
    return fail(ErrorCode::kInvalidArgument,
                std::to_string(static_cast<std::int64_t>(mix.arrivals * mix.until)) +
                    " requests are more than can be simulated, " +
                    std::to_string(kMaxStreamRequests),
                "simulate a smaller fleet or a shorter time");
  }
  return {};
}

Status check_shares(const StreamOfMix& mix) {
  const bool sound =
      mix.shares.size() == mix.slices.size() &&
      std::ranges::all_of(mix.shares,
                          [](double share) { return std::isfinite(share) && share >= 0; }) &&
      std::accumulate(mix.shares.begin(), mix.shares.end(), 0.0) > 0;
  return sound ? Status{}
               : Status(wrong("each want needs a share, none negative and one at least above 0"));
}

Status check_samples(const StreamOfMix& mix) {
  const bool sound = std::ranges::all_of(mix.samples, [&](const RequestSample& sample) {
    return sample.want < mix.slices.size() && std::isfinite(sample.lifetime) &&
           sample.lifetime >= 0;
  });
  return sound ? Status{}
               : Status(wrong("each sample needs a want of the mix and a lifetime not below 0"));
}

}  // namespace

Result<RequestStream> draw_stream(const StreamOfMix& mix) {
  if (const Status sound = check_mix(mix); !sound) {
    return fail(sound);
  }
  const bool sampled = !mix.samples.empty();
  if (const Status sound = sampled ? check_samples(mix) : check_shares(mix); !sound) {
    return fail(sound);
  }
  RequestStream stream{.slices = mix.slices,
                       .requests = {},
                       .counted_from = mix.warm_up * mix.until,
                       .until = mix.until};
  fleet::Random random(mix.seed);
  const std::vector<double> alone{1.0};
  const fleet::WeightedChoice choice(sampled ? alone : mix.shares);
  const double gap = 1 / mix.arrivals;
  double time = random.exponential(gap);
  while (time <= mix.until) {
    if (stream.requests.size() == kMaxStreamRequests) {
      return wrong("more requests were drawn than can be simulated");
    }
    if (sampled) {
      const RequestSample& sample = mix.samples[random.below(mix.samples.size())];
      stream.requests.push_back({.submit = time, .lifetime = sample.lifetime, .want = sample.want});
    } else {
      const auto want = static_cast<std::uint32_t>(choice.draw(random));
      stream.requests.push_back({.submit = time, .lifetime = random.exponential(1), .want = want});
    }
    time += random.exponential(gap);
  }
  return stream;
}

Status check_stream(const RequestStream& stream) {
  double before = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < stream.requests.size(); ++i) {
    const SimulatedRequest& request = stream.requests[i];
    if (!std::isfinite(request.submit) || request.submit < before ||
        !std::isfinite(request.lifetime) || request.lifetime < 0 ||
        request.want >= stream.slices.size()) {
      return wrong("request " + std::to_string(i + 1) +
                   " is out of order, stays for a negative or infinite time, or wants what the "
                   "stream does not know");
    }
    before = request.submit;
  }
  return std::isfinite(stream.counted_from) && std::isfinite(stream.until) &&
                 stream.counted_from <= stream.until
             ? Status{}
             : Status(wrong("the time that counts must begin before it ends"));
}

std::string_view to_string(Queueing queueing) {
  switch (queueing) {
    case Queueing::kLoss:
      return "loss";
    case Queueing::kFifo:
      return "fifo";
    case Queueing::kBackfill:
      return "backfill";
  }
  return "";
}

Result<Queueing> parse_queueing(std::string_view name) {
  for (const Queueing queueing : {Queueing::kLoss, Queueing::kFifo, Queueing::kBackfill}) {
    if (to_string(queueing) == name) {
      return queueing;
    }
  }
  return fail(ErrorCode::kInvalidArgument, "no such queueing: '" + std::string(name) + "'",
              "it is one of loss, fifo, backfill");
}

}  // namespace sectile
