// Planning a fleet: which GPUs get which layout so that a demand is served, best in one respect
// after the other, with a bound for each. docs/formats/fleet.md says how to ask from the outside.
//
// GPUs in the same state are counted and not told apart, so the work depends on how many different
// states there are and not on how many GPUs (docs/decisions/0010-cbc-and-lemon.md). Pure and
// deterministic. Not thread-safe: the solver below it is not; one call at a time in a process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/demand.h"
#include "sectile/fleet/inventory.h"
#include "sectile/fleet/proof.h"
#include "sectile/geometry/layout.h"

namespace sectile {

// In what a plan can be best. Each is a number that is made small.
enum class Goal : std::uint8_t {
  kUnserved,   // Weight of the instances that go without.
  kBought,     // Cost of the GPUs that are bought.
  kGpus,       // GPUs in use: those with an instance in use and those that serve something new.
  kDestroyed,  // Idle instances that make room.
  kPrice,      // Prices of larger profiles that serve smaller wants.
};

inline constexpr Goal kGoals[] = {Goal::kUnserved, Goal::kBought, Goal::kGpus, Goal::kDestroyed,
                                  Goal::kPrice};

std::string_view to_string(Goal goal);  // "unserved", "bought", "gpus", "destroyed", "price"
Result<Goal> parse_goal(std::string_view name);

// GPUs that may be bought: new ones, empty.
struct Purchase {
  const Model* model = nullptr;  // Must outlive the plan.
  std::int64_t count_max = -1;   // -1: as many as it takes.
  std::int64_t cost = 1;         // Of one, 1..kMaxFleetWeight.
  std::string tenant = {};
};

struct FleetRequest {
  // First the first, among the best of those the second, ... Those that are missing do not matter.
  std::vector<Goal> goals = {std::begin(kGoals), std::end(kGoals)};
  std::vector<Purchase> purchases = {};
};

// An instance that serves a want.
struct FleetServing {
  std::size_t want = 0;
  Slot slot = {};
  bool created = false;  // false: it exists already and is idle.
};

// A GPU that serves something.
struct FleetGpuPlan {
  std::size_t gpu = 0;  // Index into the fleet.
  Layout layout = {};   // What it shall hold: what is in use, what serves, what else may stay.
  std::vector<FleetServing> serves = {};
  int destroyed = 0;  // Idle instances that make room.
};

// New GPUs that are laid out alike and serve alike.
struct BoughtGpus {
  std::size_t purchase = 0;  // Index into the request's purchases.
  std::int64_t count = 0;
  Layout layout = {};
  std::vector<FleetServing> serves = {};
};

// What became of one want.
struct WantOutcome {
  std::int64_t served = 0;
  std::int64_t unserved = 0;
  struct By {
    const Model* model = nullptr;
    ProfileId profile;
    std::int64_t count = 0;
  };
  std::vector<By> by = {};
};

struct GoalOutcome {
  Goal goal = Goal::kUnserved;
  Objective objective = {};
};

struct FleetPlan {
  std::vector<GoalOutcome> goals = {};  // In the order of the request.
  std::vector<FleetGpuPlan> gpus = {};  // Ascending by index.
  std::vector<BoughtGpus> bought = {};
  std::vector<WantOutcome> wants = {};  // Parallel to the wants.
  std::size_t states = 0;               // Groups of GPUs that were told apart.
  std::size_t patterns = 0;             // Ways to lay them out that were weighed.

  bool serves_all() const;
  bool optimal() const;                    // In every goal.
  const Objective* find(Goal goal) const;  // nullptr if it was not asked for.
};

// What the fleet and the purchases can do at best. That not everything is served is no failure
// (but kUnsatisfiable if kUnserved is none of the goals): they say how much is missing. Fails with
// kInvalidArgument if check_fleet() does, for counts out of range, for a goal that is named twice,
// and for a want that no model here can ever serve.
Result<FleetPlan> plan_fleet(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                             const FleetRequest& request = {});

// What one more GPU of a model would bring.
struct OneMore {
  const Model* model = nullptr;
  std::int64_t unserved = 0;  // Weight that would still go without.
};

// One for each model of the fleet and the purchases, in the order in which they appear there. Fails
// as plan_fleet() does.
Result<std::vector<OneMore>> one_more(std::span<const FleetGpu> fleet,
                                      std::span<const FleetWant> wants,
                                      const FleetRequest& request = {});

}  // namespace sectile
