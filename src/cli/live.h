// What diff, assert and apply do first: read the machine, resolve the request, prepare the change.
#pragma once

#include <memory>
#include <string>

#include "sectile/apply/apply.h"
#include "sectile/apply/holders.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "src/cli/arguments.h"
#include "src/cli/desired.h"

namespace sectile::cli {

struct Prepared {
  Holders holders;
  std::unique_ptr<const Snapshot> now;  // With all `holders` among the processes.
  Desired wish;
  ChangePlan plan;
};

// Opens NVML, reads, and closes it again, so that nothing is held while people think. `watch` is
// told of every call.
Result<Prepared> prepare_change(const Request& request, const Arguments& arguments,
                                CallWatch* watch = nullptr);

// Everything through NVML; opens and closes it.
Result<Snapshot> read_node(const std::string& library, CallWatch* watch = nullptr);

}  // namespace sectile::cli
