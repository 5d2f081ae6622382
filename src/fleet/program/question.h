// Question: a fleet, its wants and what may be bought, as a program; and what every number in the
// program stands for.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/plan.h"
#include "src/fleet/program/program.h"
#include "src/fleet/program/ways.h"

namespace sectile::fleet::program {

// Where an item comes from.
struct Item {
  const Model* model = nullptr;
  std::size_t profile = 0;  // Index into its profiles.
  std::string tenant = {};
};

// GPUs in one state.
struct State {
  const Ways* ways = nullptr;
  std::string tenant = {};
  Layout layout = {};
  Layout kept = {};                    // What is in use.
  std::vector<std::size_t> gpus = {};  // Indices into the fleet; empty: bought.
  std::size_t purchase = 0;            // If bought.
  std::size_t first_item = 0;          // Of the model's profiles for this tenant.
};

struct Question {
  Program program;
  std::vector<Item> items;
  std::vector<State> states;         // Parallel to program.groups.
  std::vector<std::size_t> layouts;  // Parallel to program.patterns: index into the ways' layouts.
  std::int64_t gpus_in_use = 0;      // Whatever is planned.
  std::map<const Model*, std::unique_ptr<Ways>> ways;
};

// Requires: check_fleet() and the checks of plan_fleet() succeeded.
Question ask(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
             const FleetRequest& request);

// What must stay: the instances in use, and idle ones that somebody cut into compute instances.
Layout kept_of(const FleetGpu& gpu);

// Whether the instance can serve as it stands: one compute instance fills it.
bool is_whole(const Model& model, const Slot& slot);

}  // namespace sectile::fleet::program
