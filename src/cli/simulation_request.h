// What the options of simulate ask for, read and checked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/simulation.h"
#include "sectile/fleet/trial.h"
#include "src/cli/arguments.h"
#include "src/cli/simulation_ways.h"

namespace sectile::cli {

// All runs at one load: for each seed a stream, and all ways on it.
struct LoadTrial {
  double load = 0;  // 0: as recorded.
  std::vector<Way> ways;
  std::function<Result<RequestStream>(std::uint64_t seed)> stream;
};

struct SimulationRequest {
  std::shared_ptr<const TrialGround> ground;  // The ways refer to it.
  std::string fleet;                          // "100xa100-80gb"
  std::string demand;                         // For people.
  Queueing queueing = Queueing::kLoss;
  std::uint64_t seed = 1;
  int runs = 1;
  std::string time_unit;
  std::vector<LoadTrial> loads;
  std::vector<std::string> notes;
};

// Fails with kInvalidArgument for options that contradict each other, and as the readers of traces,
// layouts and GPU SPECs do.
Result<SimulationRequest> read_simulation(const Arguments& arguments);

}  // namespace sectile::cli
