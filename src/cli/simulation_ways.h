// The ways to serve a demand that simulate compares.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/trial.h"
#include "src/cli/arguments.h"
#include "src/cli/simulation_demand.h"

namespace sectile::cli {

// Makes an empty fleet, for each run one.
struct Way {
  std::string name;
  std::function<Result<std::unique_ptr<LossFleet>>()> make;
};

class SimulationWays {
 public:
  // --policy, --practice, --layouts and --moves; practises if a policy needs it. `demand` must
  // outlive it. Fails with kInvalidArgument for what there is not and for figures out of range.
  static Result<SimulationWays> read(std::shared_ptr<const TrialGround> ground,
                                     const SimulationDemand& demand, const Arguments& arguments);

  // `under_way`: how many instances of the demand there would be at once without a limit. Fails as
  // read_layouts() does.
  Result<std::vector<Way>> at(double under_way) const;

 private:
  SimulationWays(std::shared_ptr<const TrialGround> ground, const SimulationDemand& demand,
                 const Arguments& arguments);

  std::shared_ptr<const TrialGround> ground_;
  const SimulationDemand* demand_;
  std::vector<std::string> layouts_;
  std::vector<Way> dynamic_ = {};
};

}  // namespace sectile::cli
