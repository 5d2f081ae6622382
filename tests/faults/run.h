// What the sweeps do to a node: the change of a scenario, and repair. Nothing here waits.
#pragma once

#include <string>

#include "sectile/base/result.h"
#include "sectile/device/node.h"
#include "tests/faults/world.h"

namespace sectile::faults {

struct RunOptions {
  std::string vfs = {};  // The file system of the state file; empty: the machine's.
  Hook hook = {};        // Of the Node that repair opens.
};

// As `sectile apply` makes it: planned before, journalled, with resets if the scenario allows them.
Status run_change(const World& world, Node& node, const RunOptions& options = {});

// As `sectile repair` does.
Status run_repair(const World& world, const RunOptions& options = {});

// Plans again, from what is there, and makes the change; resets GPUs that wait for it.
Status run_again(const World& world);

}  // namespace sectile::faults
