// Whatever parse_fleet() and parse_demand() accept must be sound and write to what reads back as
// the same; and small ones must be planned, with bounds that are not above what was reached.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/fleet/plan.h"
#include "sectile/text/fleet_file.h"

namespace {

constexpr std::size_t kFewGpus = 64;

void check_demand(const std::vector<sectile::FleetWant>& wants) {
  const auto again = sectile::parse_demand(sectile::write_demand(wants), "fuzz");
  SECTILE_CHECK(again.has_value() && *again == wants);
}

void check_fleet(const std::vector<sectile::FleetGpu>& fleet) {
  SECTILE_CHECK(sectile::check_fleet(fleet).has_value());
  const auto again = sectile::parse_fleet(sectile::write_fleet(fleet), "fuzz");
  SECTILE_CHECK(again.has_value() && again->size() == fleet.size());
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    SECTILE_CHECK((*again)[i].layout == fleet[i].layout && (*again)[i].busy == fleet[i].busy &&
                  (*again)[i].name == fleet[i].name && (*again)[i].tenant == fleet[i].tenant);
  }
  const std::vector<sectile::FleetWant> wants = {{.what = sectile::ByProfile{"whole"}, .count = 2}};
  if (!fleet.empty() && fleet.size() <= kFewGpus) {
    if (const auto plan = sectile::plan_fleet(fleet, wants)) {
      for (const sectile::GoalOutcome& goal : plan->goals) {
        SECTILE_CHECK(goal.objective.bound <= goal.objective.value);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto wants = sectile::parse_demand(text, "fuzz")) {
    check_demand(*wants);
  }
  if (const auto fleet = sectile::parse_fleet(text, "fuzz")) {
    check_fleet(*fleet);
  }
  if (const auto wants = sectile::parse_fleet_wants(text)) {
    check_demand(*wants);
  }
  return 0;
}
