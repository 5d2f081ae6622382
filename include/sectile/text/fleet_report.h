// What a plan for a fleet says, for people and for programs: text of 80 columns, JSON with a
// schema, and one self-contained HTML page with drawings.
//
// Names may come from anywhere: they are neutralised. Pure functions; thread-safe.
// docs/formats/fleet.md describes the JSON.
#pragma once

#include <span>
#include <string>

#include "sectile/fleet/compact.h"
#include "sectile/fleet/plan.h"
#include "sectile/fleet/static_mix.h"

namespace sectile {

struct FleetReport {
  std::span<const FleetGpu> fleet;
  std::span<const FleetWant> wants;
  const FleetRequest& request;
  const FleetPlan& plan;
  std::span<const OneMore> one_more = {};  // Where not all is served.
};

std::string fleet_text(const FleetReport& report);
std::string fleet_json(const FleetReport& report);  // "sectile/fleet-plan/v1"
std::string fleet_html(const FleetReport& report);

struct CompactReport {
  std::span<const FleetGpu> fleet;
  const CompactRequest& request;
  const Compaction& result;
};

std::string compact_text(const CompactReport& report);
std::string compact_json(const CompactReport& report);  // "sectile/fleet-compact/v1"
std::string compact_html(const CompactReport& report);

struct StaticReport {
  std::span<const FleetWant> mix;
  const StaticRequest& request;
  const StaticPlan& plan;
};

std::string static_text(const StaticReport& report);
std::string static_json(const StaticReport& report);  // "sectile/fleet-static/v1"
std::string static_html(const StaticReport& report);

}  // namespace sectile
