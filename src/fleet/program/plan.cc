#include "sectile/fleet/plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "src/fleet/program/program.h"
#include "src/fleet/program/question.h"
#include "src/fleet/program/realise.h"

namespace sectile {
namespace {

constexpr std::array<std::string_view, std::size(kGoals)> kGoalNames = {
    "unserved", "bought", "gpus", "destroyed", "price"};

std::unexpected<Error> refuse(std::string message, std::string next = {}) {
  return fail(ErrorCode::kInvalidArgument, std::move(message), std::move(next));
}

Status check_want(const FleetWant& want) {
  if (want.count < 0 || want.count > kMaxFleetCount) {
    return refuse("a count of " + std::to_string(want.count) + " for " + describe(want) +
                  " is not from 0 to " + std::to_string(kMaxFleetCount));
  }
  if (want.weight < 1 || want.weight > kMaxFleetWeight) {
    return refuse("a weight of " + std::to_string(want.weight) + " for " + describe(want) +
                  " is not from 1 to " + std::to_string(kMaxFleetWeight));
  }
  if (want.larger && (*want.larger < 0 || *want.larger > kMaxLargerPrice)) {
    return refuse("a price of " + std::to_string(*want.larger) + " for " + describe(want) +
                  " is not from 0 to " + std::to_string(kMaxLargerPrice));
  }
  return {};
}

Status check_request(const FleetRequest& request) {
  const std::set<Goal> goals(request.goals.begin(), request.goals.end());
  if (request.goals.empty() || goals.size() != request.goals.size()) {
    return refuse(request.goals.empty() ? "there is no goal" : "a goal is named twice");
  }
  for (const Purchase& purchase : request.purchases) {
    if (purchase.cost < 1 || purchase.cost > kMaxFleetWeight ||
        purchase.count_max > kMaxFleetCount) {
      return refuse("a GPU to buy costs from 1 to " + std::to_string(kMaxFleetWeight) +
                    ", and there are at most " + std::to_string(kMaxFleetCount));
    }
  }
  return {};
}

std::vector<const Model*> models_of(std::span<const FleetGpu> fleet, const FleetRequest& request) {
  std::vector<const Model*> models;
  const auto add = [&](const Model* model) {
    if (std::ranges::find(models, model) == models.end()) {
      models.push_back(model);
    }
  };
  for (const FleetGpu& gpu : fleet) {
    add(gpu.model);
  }
  for (const Purchase& purchase : request.purchases) {
    add(purchase.model);
  }
  return models;
}

Status check_wants(std::span<const FleetWant> wants, std::span<const Model* const> models) {
  std::int64_t sum = 0;
  for (const FleetWant& want : wants) {
    if (const Status sound = check_want(want); !sound) {
      return sound;
    }
    sum += want.count;
    const bool known = std::ranges::any_of(
        models, [&](const Model* model) { return !substitutes(*model, want).empty(); });
    if (!known) {
      return refuse("none of the GPUs can ever serve " + describe(want),
                    "sectile profiles MODEL lists what a model offers");
    }
  }
  return sum <= kMaxFleetCount ? Status()
                               : refuse(std::to_string(sum) + " instances are more than the " +
                                        std::to_string(kMaxFleetCount) + " that are planned for");
}

Status check_all(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                 const FleetRequest& request) {
  if (const Status sound = check_fleet(fleet); !sound) {
    return sound;
  }
  if (const Status sound = check_request(request); !sound) {
    return sound;
  }
  const std::vector<const Model*> models = models_of(fleet, request);
  return check_wants(wants, models);
}

// Requires: check_all().
Result<FleetPlan> plan_checked(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                               const FleetRequest& request) {
  const fleet::program::Question question = fleet::program::ask(fleet, wants, request);
  const Result<fleet::program::Answer> answer = fleet::program::solve(question.program);
  if (!answer && answer.error().code == ErrorCode::kUnsatisfiable) {
    return fail(ErrorCode::kUnsatisfiable, "not everything that is wanted can be served",
                "with the goal unserved in front, the plan says what can");
  }
  if (!answer) {
    return fail(answer);
  }
  FleetPlan plan;
  for (std::size_t level = 0; level < request.goals.size(); ++level) {
    GoalOutcome outcome{.goal = request.goals[level], .objective = answer->levels[level]};
    if (outcome.goal == Goal::kGpus) {
      outcome.objective.value += question.gpus_in_use;
      outcome.objective.bound += question.gpus_in_use;
    }
    plan.goals.push_back(outcome);
  }
  plan.states = question.states.size();
  plan.patterns = question.program.patterns.size();
  fleet::program::realise(fleet, question, answer->solution, plan);
  return plan;
}

}  // namespace

std::string_view to_string(Goal goal) {
  return kGoalNames.at(static_cast<std::size_t>(goal));
}

Result<Goal> parse_goal(std::string_view name) {
  const auto found = std::ranges::find(kGoalNames, name);
  if (found == kGoalNames.end()) {
    return refuse("'" + std::string(name) + "' is no goal",
                  "it is one of unserved, bought, gpus, destroyed, price");
  }
  return kGoals[static_cast<std::size_t>(found - kGoalNames.begin())];
}

bool FleetPlan::serves_all() const {
  return std::ranges::all_of(wants, [](const WantOutcome& want) { return want.unserved == 0; });
}

bool FleetPlan::optimal() const {
  return std::ranges::all_of(
      goals, [](const GoalOutcome& outcome) { return outcome.objective.optimal(); });
}

const Objective* FleetPlan::find(Goal goal) const {
  const auto found = std::ranges::find(goals, goal, &GoalOutcome::goal);
  return found == goals.end() ? nullptr : &found->objective;
}

Result<FleetPlan> plan_fleet(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                             const FleetRequest& request) {
  const Status sound = check_all(fleet, wants, request);
  return sound ? plan_checked(fleet, wants, request) : fail(sound);
}

Result<std::vector<OneMore>> one_more(std::span<const FleetGpu> fleet,
                                      std::span<const FleetWant> wants,
                                      const FleetRequest& request) {
  if (const Status sound = check_all(fleet, wants, request); !sound) {
    return fail(sound);
  }
  std::vector<OneMore> result;
  for (const Model* const model : models_of(fleet, request)) {
    FleetRequest more = request;
    more.goals = {Goal::kUnserved};
    more.purchases.push_back({.model = model, .count_max = 1});
    const Result<FleetPlan> plan = plan_checked(fleet, wants, more);
    if (!plan) {
      return fail(plan);
    }
    result.push_back({.model = model, .unserved = plan->goals.front().objective.value});
  }
  return result;
}

}  // namespace sectile
