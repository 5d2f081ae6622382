// Packing: places wants on one or several GPUs of one or several models, exactly.
//
// If any layout holds all wants, one is found. Among those: the fewest GPUs that change from unused
// to used, then the most useful free space (usefulness.h), then the first in a fixed order, so that
// the same question always gets the same answer. What is kept is not touched: a wanted compute
// instance never goes into a GPU instance that exists. Pure and deterministic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "sectile/geometry/fit.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "sectile/plan/want.h"

namespace sectile {

// A GPU to plan on.
struct PlanGpu {
  std::string name = {};         // For people: a UUID or "gpu0".
  const Model* model = nullptr;  // Must outlive the plan.
  Layout kept = {};              // What exists and stays.
  // Who holds each of kept.slots(), "pid 4711 python"; "" idle.
  std::vector<std::string> holders = {};
};

// Where one instance of a want went.
struct Assignment {
  std::size_t want = 0;      // Index into the wants.
  std::size_t gpu = 0;       // Index into the GPUs.
  Slot slot = {};            // As created; several CI wants may share one slot.
  ComputeSlot compute = {};  // The CI of this want inside the slot.
};

// Why an instance is where it is: data first, text last (text/explain.h).
struct PlacementReason {
  std::size_t assignment = 0;  // Index into Plan::assignments.
  // That were free when the GPU's other instances are in place.
  std::vector<int> legal_starts = {};
  std::int64_t usefulness = 0;  // Of the space left on this GPU with the chosen start.
  std::int64_t next_best = -1;  // With the best other start; -1 if there is none.
  int profiles_considered = 1;  // That could have served the want.
};

struct Plan {
  std::vector<Layout> layouts = {};  // One for each GPU, `kept` included.
  std::vector<Assignment> assignments = {};
  std::vector<PlacementReason> reasons = {};
  int gpus_used = 0;    // GPUs that hold at least one assignment.
  int gpus_opened = 0;  // Of those, the ones that were empty before.
  // gpus_used less the empty GPUs that a better plan might have spared. Equal to gpus_used: it is
  // proven that no plan opens fewer.
  int gpus_bound = 0;
  std::int64_t usefulness = 0;  // Of the space left, summed over the GPUs.
  bool proven = true;           // That no plan is better, in number of GPUs and in usefulness.
};

// What is missing for a want.
struct Missing {
  std::size_t want = 0;
  int unplaced = 0;              // Instances of the want in the best partial plan without a place.
  int memory_slices_needed = 0;  // By one instance: of the smallest profile that serves it.
  int memory_slices_free = 0;    // In all GPUs, before this plan.
  int largest_free_run = 0;      // Longest legal run of free memory slices on any GPU.
  // What stands in the way: "gpu0 0:4 3g.40gb pid 4711 python".
  std::vector<std::string> holders = {};
  std::string reason = {};  // A sentence with the numbers.
};

// Something that fits and is near to what was asked.
struct Alternative {
  std::vector<Want> wants = {};      // What it gives.
  std::vector<Layout> layouts = {};  // One for each GPU.
  std::string difference = {};       // "without 1x 1g.10gb", "2g.20gb instead of 3g.40gb"
  std::int64_t distance = 0;         // The measure of nearness (nearest.h); smaller is nearer.
};

struct Infeasible {
  std::vector<Missing> missing = {};
  std::vector<Alternative> nearest = {};  // At most three, nearest first.
  std::string summary = {};  // One sentence: the binding limit in memory or compute slices.
  bool malformed = false;    // A want that no model involved can ever serve.
  bool proven = true;        // false: the search gave up before it was certain.
};

using PackResult = std::expected<Plan, Infeasible>;

// Requires: every model valid, every kept layout legal on its model, wants' counts in range.
PackResult pack(std::span<const PlanGpu> gpus, std::span<const Want> wants);

}  // namespace sectile
