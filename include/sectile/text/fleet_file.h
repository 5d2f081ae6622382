// Fleets and demands as files, and wants in counts of millions as notation.
// docs/formats/fleet.md is the specification.
//
//   kind: Fleet     nodes, each with its GPUs: model, layout, what is in use, tenant, drain, health
//   kind: Demand    wants: profile or need, count, weight, price of a larger profile, tenant
//
// Values and pure functions; thread-safe. The same limits and error positions as mig_parted.h.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/demand.h"
#include "sectile/fleet/inventory.h"

namespace sectile {

inline constexpr std::size_t kMaxFileGpus = 200'000;  // In one fleet file, counts multiplied out.
inline constexpr std::size_t kMaxFleetWants = 1'000;  // In one demand.

// GPUs without a UUID are named "NODE/gpuINDEX". The models are those of the catalogue. Fails with
// kInvalidArgument at "file:line:column: ".
Result<std::vector<FleetGpu>> parse_fleet(std::string_view text, std::string_view file);
Result<std::vector<FleetWant>> parse_demand(std::string_view text, std::string_view file);

// What the functions above read back as the same value. Nodes with equal GPUs are not merged.
// Requires: what parse_fleet() gives.
std::string write_fleet(std::span<const FleetGpu> fleet);
std::string write_demand(std::span<const FleetWant> wants);

// Want notation (want_notation.h) with counts up to kMaxFleetCount: "1000000x1g.10gb,train=5x3g".
Result<std::vector<FleetWant>> parse_fleet_wants(std::string_view text);

// One GPU's layout with "!" behind each instance in use: "3g.40gb@4! 2g.20gb@0". "-": nothing.
std::string to_notation(const FleetGpu& gpu);

}  // namespace sectile
