#include "src/cli/simulation_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "sectile/plan/strategy.h"
#include "sectile/text/gpu_spec.h"
#include "sectile/text/notation.h"
#include "src/cli/all_cores.h"
#include "src/cli/simulation_demand.h"

namespace sectile::cli {
namespace {

constexpr int kMostRuns = 1000;
constexpr double kMostLoad = 10;
// Practice is made shorter than it may be, so that people wait for seconds.
constexpr std::size_t kRequestsInRound = 300'000;
constexpr double kMovesWhilePractising = 0.05;

using Layouts = std::vector<StaticLayout>;

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

Result<int> read_number(const Arguments& arguments, std::string_view name, int otherwise,
                        int most) {
  const int number = arguments.number(name, otherwise);
  if (number < 1 || number > most) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--{} is from 1 to {}, not {}", name, most, number));
  }
  return number;
}

Result<Layouts> by_strategy(const TrialGround& ground, Strategy strategy) {
  Layouts layouts;
  for (const StaticGpus& part : ground.gpus()) {
    const Result<StrategyResult> cut = apply_strategy(*part.model, strategy);
    if (!cut) {
      return fail(cut);
    }
    layouts.push_back({.model = part.model, .layout = cut->layout, .count = part.count});
  }
  return layouts;
}

Result<Layouts> by_notation(const TrialGround& ground, const std::string& text) {
  Layouts layouts;
  for (const StaticGpus& part : ground.gpus()) {
    const Result<Layout> layout = parse_layout(*part.model, text);
    if (!layout) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("'{}' is no layout of {}: {}", text, part.model->key, layout.error().message),
          "--layouts takes dynamic, static (planned for the demand), the name of a strategy, "
          "or a layout such as '3g.40gb@4 2g.20gb@0'");
    }
    layouts.push_back({.model = part.model, .layout = *layout, .count = part.count});
  }
  return layouts;
}

// The layouts that are best for the demand if they may never change.
Result<Layouts> planned(const TrialGround& ground, const SimulationDemand& demand,
                        double under_way) {
  constexpr double kParts = 1e6;
  const double sum = std::accumulate(demand.under_way.begin(), demand.under_way.end(), 0.0);
  std::vector<FleetWant> mix;
  mix.reserve(demand.wants.size());
  for (std::size_t i = 0; i < demand.wants.size(); ++i) {
    mix.push_back(
        {.what = demand.wants[i].what, .count = std::llround(kParts * demand.under_way[i] / sum)});
  }
  const StaticRequest request{.gpus = {ground.gpus().begin(), ground.gpus().end()},
                              .offered = under_way};
  const Result<StaticPlan> plan = plan_static(mix, request);
  if (!plan) {
    return fail(plan);
  }
  return plan->layouts;
}

Way fixed_way(std::shared_ptr<const TrialGround> ground, std::string name, Layouts layouts) {
  return {.name = std::move(name),
          .make = [ground = std::move(ground), layouts = std::move(layouts)] {
            return Result<std::unique_ptr<LossFleet>>(ground->fixed(layouts));
          }};
}

// Not a rule of the index but what foresight makes of itself, given time.
constexpr std::string_view kPractised = "practised";

std::vector<std::string> policies(const Arguments& arguments) {
  return listed(arguments.text("policy", "foresight,fgd,best-fit,first-fit"));
}

using Preferences = std::shared_ptr<const std::vector<Preference>>;

// Nothing, unless a policy needs it.
Result<Preferences> practise_for(const TrialGround& ground, const SimulationDemand& demand,
                                 const Arguments& arguments) {
  const std::vector<std::string> names = policies(arguments);
  const std::vector<std::string> layouts = listed(arguments.text("layouts", "dynamic"));
  if (std::ranges::find(names, kPractised) == names.end() ||
      std::ranges::find(layouts, "dynamic") == layouts.end()) {
    return Preferences();
  }
  const Result<int> rounds =
      read_number(arguments, "practice", Practice().rounds, kMaxPracticeRounds);
  if (!rounds) {
    return fail(rounds);
  }
  const Practice how{.moves_max = arguments.has("moves") ? kMovesWhilePractising : 0,
                     .rounds = *rounds,
                     .requests = kRequestsInRound};
  Result<std::vector<Preference>> learned = ground.practise(demand.shares, how, on_all_cores);
  if (!learned) {
    return fail(learned);
  }
  return std::make_shared<const std::vector<Preference>>(*std::move(learned));
}

Way dynamic_way(std::shared_ptr<const TrialGround> ground, std::string name, Rule rule, bool moves,
                Preferences preferences) {
  name += moves ? " +1 move" : "";
  return {.name = std::move(name),
          .make = [ground = std::move(ground), rule, moves, preferences = std::move(preferences)] {
            return ground->dynamic(rule, moves,
                                   preferences ? std::span<const Preference>(*preferences)
                                               : std::span<const Preference>());
          }};
}

Result<std::vector<Way>> dynamic_ways(const std::shared_ptr<const TrialGround>& ground,
                                      const Preferences& preferences, const Arguments& arguments) {
  std::vector<Way> ways;
  const bool moves = arguments.has("moves");
  for (const std::string& name : policies(arguments)) {
    if (name == kPractised) {
      ways.push_back(dynamic_way(ground, name, Rule::kForesight, moves, preferences));
      continue;
    }
    const Result<Rule> rule = parse_rule(name);
    if (!rule) {
      return fail(ErrorCode::kInvalidArgument, rule.error().message,
                  fmt::format("{}, {}", rule.error().next, kPractised));
    }
    ways.push_back(dynamic_way(ground, std::string(to_string(*rule)), *rule, moves, {}));
  }
  return ways;
}

// What --layouts names, other than "dynamic".
Result<Layouts> read_layouts(const TrialGround& ground, const SimulationDemand& demand,
                             double under_way, const std::string& name) {
  if (name == "static") {
    return planned(ground, demand, under_way);
  }
  const Result<Strategy> strategy = parse_strategy(name);
  const bool is_strategy = strategy && *strategy != Strategy::kCustom;
  return is_strategy ? by_strategy(ground, *strategy) : by_notation(ground, name);
}

// `under_way`: how many instances of the demand there would be at once without a limit.
Result<std::vector<Way>> read_ways(const std::shared_ptr<const TrialGround>& ground,
                                   const SimulationDemand& demand, double under_way,
                                   const Preferences& preferences, const Arguments& arguments) {
  std::vector<Way> ways;
  for (const std::string& name : listed(arguments.text("layouts", "dynamic"))) {
    if (name == "dynamic") {
      Result<std::vector<Way>> dynamic = dynamic_ways(ground, preferences, arguments);
      if (!dynamic) {
        return dynamic;
      }
      std::ranges::move(*dynamic, std::back_inserter(ways));
      continue;
    }
    const Result<Layouts> layouts = read_layouts(*ground, demand, under_way, name);
    if (!layouts) {
      return fail(layouts);
    }
    ways.push_back(
        fixed_way(ground, name == "static" ? "static, planned" : "static " + name, *layouts));
  }
  return ways;
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
  const Result<int> lifetimes = read_number(arguments, "lifetimes", 300, 100'000);
  if (!lifetimes) {
    return fail(lifetimes);
  }
  const Result<Preferences> preferences = practise_for(*request.ground, demand, arguments);
  if (!preferences) {
    return fail(preferences);
  }
  if (loads.back() > 0) {
    note_long_stays(request, demand, *lifetimes);
  }
  for (const double load : loads) {
    const double under_way = *full * (load > 0 ? load : 1);
    Result<std::vector<Way>> ways =
        read_ways(request.ground, demand, under_way, *preferences, arguments);
    if (!ways) {
      return fail(ways);
    }
    request.loads.push_back({.load = load,
                             .ways = *std::move(ways),
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
  const Result<int> runs = read_number(arguments, "seeds", 10, kMostRuns);
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
