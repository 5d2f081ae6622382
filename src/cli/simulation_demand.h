// What is asked of a simulated fleet: a mix, or a trace.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/static_mix.h"
#include "sectile/text/trace.h"
#include "src/cli/arguments.h"

namespace sectile::cli {

struct SimulationDemand {
  std::string text;  // For people.
  std::vector<Want> wants;
  std::vector<double> shares;     // Of the arrivals.
  std::vector<double> under_way;  // Of what is under way at once: shares times mean lifetimes.
  double mean_lifetime = 1;
  Trace trace;  // Empty for a mix.
};

// --mix or --trace. `gpus`: for `uniform`, whose wants are the plain profiles of the first model.
Result<SimulationDemand> read_simulation_demand(const Arguments& arguments,
                                                std::span<const StaticGpus> gpus);

// "a, b,c" as its parts, without white space around them.
std::vector<std::string> listed(std::string_view text);

}  // namespace sectile::cli
