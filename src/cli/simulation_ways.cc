#include "src/cli/simulation_ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/cli/all_cores.h"
#include "src/cli/simulation_layouts.h"

namespace sectile::cli {
namespace {

// Practice is made shorter than it may be, so that people wait for seconds.
constexpr std::size_t kRequestsInRound = 300'000;
constexpr std::string_view kDynamic = "dynamic";
// Not a rule of the index but what foresight makes of itself, given time.
constexpr std::string_view kPractised = "practised";

struct Policy {
  std::string name;
  Rule rule = Rule::kForesight;

  bool practises() const { return name == kPractised; }
};

Result<std::vector<Policy>> read_policies(const Arguments& arguments) {
  std::vector<Policy> policies;
  for (const std::string& name :
       listed(arguments.text("policy", "foresight,fgd,best-fit,first-fit"))) {
    Policy policy{.name = name};
    if (!policy.practises()) {
      const Result<Rule> rule = parse_rule(name);
      if (!rule) {
        return fail(ErrorCode::kInvalidArgument, rule.error().message,
                    fmt::format("{}, {}", rule.error().next, kPractised));
      }
      policy = {.name = std::string(to_string(*rule)), .rule = *rule};
    }
    policies.push_back(std::move(policy));
  }
  return policies;
}

Result<MovePolicy> read_moves(const Arguments& arguments) {
  constexpr int kFewMoves = 5;
  const Result<int> percent = arguments.count("moves-max", kFewMoves, 100);
  if (!percent) {
    return fail(percent);
  }
  return MovePolicy{.for_room = arguments.has("moves") || arguments.has("moves-max"),
                    .share_max = *percent / 100.0};
}

using PractisedModels = std::shared_ptr<const std::vector<Practised>>;

Result<PractisedModels> practise_for(const TrialGround& ground, const SimulationDemand& demand,
                                     const MovePolicy& moves, const Arguments& arguments) {
  const Result<int> rounds = arguments.count("practice", Practice().rounds, kMaxPracticeRounds);
  if (!rounds) {
    return fail(rounds);
  }
  const Practice how{.moves_max = moves.for_room ? moves.share_max : 0,
                     .rounds = *rounds,
                     .requests = kRequestsInRound};
  Result<std::vector<Practised>> learned = ground.practise(demand.shares, how, on_all_cores);
  if (!learned) {
    return fail(learned);
  }
  return std::make_shared<const std::vector<Practised>>(*std::move(learned));
}

Way dynamic_way(std::shared_ptr<const TrialGround> ground, const Policy& policy, MovePolicy moves,
                PractisedModels practised) {
  if (moves.for_room && practised) {  // The model that asks most of a move decides for all.
    moves.after_refusal = std::ranges::max(*practised, {}, &Practised::worth_a_move).worth_a_move;
  }
  return {.name = policy.name + (moves.for_room ? " +1 move" : ""),
          .make = [ground = std::move(ground), rule = policy.rule, moves,
                   practised = std::move(practised)] {
            return ground->dynamic(
                rule, moves, practised ? std::span(*practised) : std::span<const Practised>());
          }};
}

Result<std::vector<Way>> dynamic_ways(const std::shared_ptr<const TrialGround>& ground,
                                      const SimulationDemand& demand, const Arguments& arguments) {
  const Result<std::vector<Policy>> policies = read_policies(arguments);
  if (!policies) {
    return fail(policies);
  }
  const Result<MovePolicy> moves = read_moves(arguments);
  if (!moves) {
    return fail(moves);
  }
  Result<PractisedModels> practised = PractisedModels();
  if (std::ranges::any_of(*policies, &Policy::practises)) {
    practised = practise_for(*ground, demand, *moves, arguments);
  }
  if (!practised) {
    return fail(practised);
  }
  std::vector<Way> ways;
  for (const Policy& policy : *policies) {
    ways.push_back(
        dynamic_way(ground, policy, *moves, policy.practises() ? *practised : PractisedModels()));
  }
  return ways;
}

Way fixed_way(std::shared_ptr<const TrialGround> ground, std::string name,
              std::vector<StaticLayout> layouts) {
  return {.name = std::move(name),
          .make = [ground = std::move(ground), layouts = std::move(layouts)] {
            return Result<std::unique_ptr<LossFleet>>(ground->fixed(layouts));
          }};
}

}  // namespace

SimulationWays::SimulationWays(std::shared_ptr<const TrialGround> ground,
                               const SimulationDemand& demand, const Arguments& arguments)
    : ground_(std::move(ground)),
      demand_(&demand),
      layouts_(listed(arguments.text("layouts", kDynamic))) {}

Result<SimulationWays> SimulationWays::read(std::shared_ptr<const TrialGround> ground,
                                            const SimulationDemand& demand,
                                            const Arguments& arguments) {
  SimulationWays ways(std::move(ground), demand, arguments);
  if (std::ranges::find(ways.layouts_, kDynamic) != ways.layouts_.end()) {
    Result<std::vector<Way>> dynamic = dynamic_ways(ways.ground_, demand, arguments);
    if (!dynamic) {
      return fail(dynamic);
    }
    ways.dynamic_ = *std::move(dynamic);
  }
  return ways;
}

Result<std::vector<Way>> SimulationWays::at(double under_way) const {
  std::vector<Way> ways;
  for (const std::string& name : layouts_) {
    if (name == kDynamic) {
      std::ranges::copy(dynamic_, std::back_inserter(ways));
      continue;
    }
    const Result<std::vector<StaticLayout>> layouts =
        read_layouts(*ground_, *demand_, under_way, name);
    if (!layouts) {
      return fail(layouts);
    }
    ways.push_back(
        fixed_way(ground_, name == "static" ? "static, planned" : "static " + name, *layouts));
  }
  return ways;
}

}  // namespace sectile::cli
