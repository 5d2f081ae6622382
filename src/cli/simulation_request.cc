#include "src/cli/simulation_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "sectile/text/gpu_spec.h"
#include "src/cli/simulation_demand.h"
#include "src/cli/simulation_ways.h"

namespace sectile::cli {
namespace {

constexpr int kMostRuns = 1000;
constexpr double kMostLoad = 10;

Result<std::vector<StaticGpus>> read_gpus(const Arguments& arguments) {
  if (!arguments.has("fleet")) {
    return fail(ErrorCode::kInvalidArgument, "no fleet given",
                "say which GPUs, such as --fleet 100xa100-80gb");
  }
  const Result<std::vector<GpuSpec>> specs =
      parse_gpu_spec(arguments.text("fleet"), {}, kMaxCountedGpus);
  if (!specs) {
    return fail(specs);
  }
  std::vector<StaticGpus> gpus;
  for (const GpuSpec& spec : *specs) {
    const auto known = std::ranges::find(gpus, spec.model, &StaticGpus::model);
    if (known != gpus.end()) {
      known->count += spec.count;
    } else {
      gpus.push_back({.model = spec.model, .count = spec.count});
    }
  }
  return gpus;
}

Result<std::vector<double>> read_loads(const Arguments& arguments, bool trace) {
  std::vector<double> loads;
  if (!arguments.has("rho")) {
    return trace ? std::vector<double>{0} : std::vector<double>{0.85, 1.0, 1.2};
  }
  for (const std::string& part : listed(arguments.text("rho"))) {
    double load = 0;
    const char* const end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(part.data(), end, load);
    const bool sensible = load > 0 && load <= kMostLoad;  // Nor is it NaN.
    if (error != std::errc{} || stop != end || !sensible) {
      return fail(
          ErrorCode::kInvalidArgument, fmt::format("'{}' is no load", part),
          fmt::format("write numbers above 0 and up to {}, such as --rho .85,1", kMostLoad));
    }
    loads.push_back(load);
  }
  std::ranges::sort(loads);
  return loads;
}

// Where a few requests stay for ages, a fleet takes as long to fill.
void note_long_stays(SimulationRequest& request, const SimulationDemand& demand, int lifetimes) {
  double longest = 0;
  for (const SimulatedRequest& each : demand.trace.requests) {
    longest = std::max(longest, each.lifetime);
  }
  const double warm_up = StreamOfMix().warm_up * lifetimes;
  if (longest > warm_up * demand.mean_lifetime) {
    request.notes.push_back(fmt::format(
        "The longest lifetime is {:.0f} mean lifetimes, but the first {:.0f} only are left out as "
        "warm-up: the GPUs are emptier than they would be in the long run; raise --lifetimes",
        longest / demand.mean_lifetime, warm_up));
  }
}

// The trace as it is, whatever the seed.
std::function<Result<RequestStream>(std::uint64_t)> replay(const SimulationDemand& demand,
                                                           const TrialGround& ground) {
  RequestStream stream{.slices = ground.slices(), .requests = demand.trace.requests};
  for (const SimulatedRequest& request : stream.requests) {
    stream.until = std::max(stream.until, request.submit + request.lifetime);
  }
  return [stream = std::move(stream)](std::uint64_t) -> Result<RequestStream> { return stream; };
}

std::function<Result<RequestStream>(std::uint64_t)> drawn(const SimulationDemand& demand,
                                                          const TrialGround& ground,
                                                          double under_way, int lifetimes) {
  StreamOfMix mix{.arrivals = under_way / demand.mean_lifetime,
                  .slices = ground.slices(),
                  .until = lifetimes * demand.mean_lifetime};
  if (demand.trace.requests.empty()) {
    mix.shares = demand.shares;
  }
  for (const SimulatedRequest& request : demand.trace.requests) {
    mix.samples.push_back({.want = request.want, .lifetime = request.lifetime});
  }
  return [mix = std::move(mix)](std::uint64_t seed) {
    StreamOfMix seeded = mix;
    seeded.seed = seed;
    return draw_stream(seeded);
  };
}

Status add_loads(SimulationRequest& request, const SimulationDemand& demand,
                 const std::vector<double>& loads, const Arguments& arguments) {
  if (!(demand.mean_lifetime > 0)) {
    return fail(ErrorCode::kInvalidArgument, "all requests of the trace stay for no time",
                "a load needs lifetimes above 0");
  }
  const Result<double> full = request.ground->full_load(demand.under_way);
  if (!full) {
    return fail(full);
  }
  const Result<int> lifetimes = arguments.count("lifetimes", 300, 100'000);
  if (!lifetimes) {
    return fail(lifetimes);
  }
  const Result<SimulationWays> ways = SimulationWays::read(request.ground, demand, arguments);
  if (!ways) {
    return fail(ways);
  }
  if (loads.back() > 0) {
    note_long_stays(request, demand, *lifetimes);
  }
  for (const double load : loads) {
    const double under_way = *full * (load > 0 ? load : 1);
    Result<std::vector<Way>> compared = ways->at(under_way);
    if (!compared) {
      return fail(compared);
    }
    request.loads.push_back({.load = load,
                             .ways = *std::move(compared),
                             .stream = load > 0
                                           ? drawn(demand, *request.ground, under_way, *lifetimes)
                                           : replay(demand, *request.ground)});
  }
  return {};
}

}  // namespace

Result<SimulationRequest> read_simulation(const Arguments& arguments) {
  const Result<std::vector<StaticGpus>> gpus = read_gpus(arguments);
  if (!gpus) {
    return fail(gpus);
  }
  const Result<SimulationDemand> demand = read_simulation_demand(arguments, *gpus);
  if (!demand) {
    return fail(demand);
  }
  Result<TrialGround> ground = TrialGround::of(*gpus, demand->wants);
  if (!ground) {
    return fail(ground);
  }
  const bool trace = !demand->trace.requests.empty();
  const Result<std::vector<double>> loads = read_loads(arguments, trace);
  const Result<int> runs = arguments.count("seeds", 10, kMostRuns);
  const Result<Queueing> queueing = parse_queueing(arguments.text("queue", "loss"));
  if (!loads || !runs || !queueing) {
    return !loads ? fail(loads) : !runs ? fail(runs) : fail(queueing);
  }
  const bool replayed = loads->front() <= 0;
  SimulationRequest request{
      .ground = std::make_shared<const TrialGround>(*std::move(ground)),
      .fleet = arguments.text("fleet"),
      .demand = demand->text,
      .queueing = *queueing,
      .seed = static_cast<std::uint64_t>(std::max(0, arguments.number("seed", 1))),
      .runs = replayed ? 1 : *runs,
      .time_unit = trace ? "s" : "mean lifetimes",
      .loads = {},
      .notes = demand->trace.notes};
  if (const Status added = add_loads(request, *demand, *loads, arguments); !added) {
    return fail(added);
  }
  return request;
}

}  // namespace sectile::cli
