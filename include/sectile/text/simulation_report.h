// What a simulation says: for people as text and as one self-contained HTML page with charts, for
// programs as CSV and as JSON (schema sectile/simulation/v1; docs/formats/simulation.md).
//
// Names in the report may come from anywhere: control characters and markup are neutralised. Pure
// functions; thread-safe.
#pragma once

#include <string>

#include "sectile/fleet/comparison.h"

namespace sectile {

std::string simulation_text(const SimulationReport& report);
std::string simulation_html(const SimulationReport& report);
std::string simulation_csv(const SimulationReport& report);
std::string simulation_json(const SimulationReport& report);

}  // namespace sectile
