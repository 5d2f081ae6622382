// What `sectile fleet` was asked for, read and checked before anything is planned.
#pragma once

#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/plan.h"
#include "sectile/fleet/static_mix.h"
#include "src/cli/arguments.h"

namespace sectile::cli {

// Of --fleet or --gpu; empty if neither is given. Fails with kInvalidArgument if both are, and as
// parse_fleet() and parse_gpu_spec() do.
Result<std::vector<FleetGpu>> read_fleet(const Arguments& arguments);

// Of --demand and --want, in this order. Fails with kInvalidArgument if there is none.
Result<std::vector<FleetWant>> read_demand(const Arguments& arguments);

// Of --goals and --buy.
Result<FleetRequest> read_fleet_request(const Arguments& arguments);

// The GPUs of the fleet that can be used, by model; and of --offered or --load what arrives.
Result<StaticRequest> read_static_request(const Arguments& arguments,
                                          std::span<const FleetGpu> fleet,
                                          std::span<const FleetWant> mix);

// "8xh100-80gb-sxm5=4": at most 8, each at a cost of 4.
Result<Purchase> parse_purchase(std::string_view text);

}  // namespace sectile::cli
