// Compaction: a running fleet brought to the fewest GPUs with the fewest moves, and in which order.
//
// Every instance in use must be somewhere afterwards, on a GPU of the same model that its tenant
// may use; idle instances are space. How few GPUs are enough, and how few instances must move for
// it, are found exactly, each with its bound (program/program.h). Pure and deterministic; not
// thread-safe, as plan.h says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/inventory.h"
#include "sectile/fleet/proof.h"
#include "sectile/geometry/layout.h"

namespace sectile {

// An instance in use that goes elsewhere.
struct Move {
  std::size_t from_gpu = 0;  // Index into the fleet.
  Slot from = {};
  std::size_t to_gpu = 0;
  Slot to = {};
  std::size_t wave = 0;       // 0 is the first.
  std::size_t stop_wave = 0;  // Only if `stops_first`: at the beginning of this wave it is stopped.
  bool stops_first = false;   // There is nowhere to create the new one while the old one runs.
  bool detour = false;        // Only to make room: another move takes it on.
};

struct CompactRequest {
  // At most so many instances are under way in a wave. At least 1.
  int max_unavailable = 1;
  // Moves that are a detour to a free place instead of stopping an instance: wherever there is one.
  bool allow_detours = true;
};

struct Compaction {
  Objective gpus = {};   // In use: before, `gpus_before`.
  Objective moves = {};  // Instances that must move for so few GPUs; detours are not counted.
  std::int64_t gpus_before = 0;
  std::vector<Move> order = {};  // By wave.
  std::size_t waves = 0;
  std::size_t detours = 0;                // Of `order`.
  std::size_t stops = 0;                  // Of `order`: served capacity falls by one for that wave.
  std::vector<Layout> layouts = {};       // Of each GPU of the fleet, when all is done.
  std::vector<std::size_t> emptied = {};  // GPUs that were in use and are not any more.
};

// Within a wave each new instance is created before the old one goes, unless `stops_first`. GPUs
// that are not healthy are left alone, and GPUs that drain are emptied. Fails with kInvalidArgument
// if check_fleet() does or max_unavailable is below 1, and with kUnsatisfiable if GPUs that drain
// hold more than the others have room for.
Result<Compaction> compact(std::span<const FleetGpu> fleet, const CompactRequest& request = {});

}  // namespace sectile
