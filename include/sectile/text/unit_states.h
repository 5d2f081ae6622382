// What `systemctl show` says about units.
//
// A pure function over the output of
//   systemctl show --property=Id,LoadState,ActiveState UNIT...
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"

namespace sectile {

struct UnitState {
  std::string id;  // "nvidia-dcgm.service"; of an alias, the name of the unit itself.
  bool installed = false;
  bool active = false;  // Runs, or is about to: active, reloading, activating.

  friend bool operator==(const UnitState&, const UnitState&) = default;
};

inline constexpr std::size_t kMaxUnitStates = 1000;

// In order, each unit once, however many of its names were asked for. Fails with kFailed for what
// is not of that form.
Result<std::vector<UnitState>> parse_unit_states(std::string_view text);

// Whether it can be the name of a unit: letters, digits and ":-_.\@", with a type at the end.
// Nothing else is given to systemctl, which would take it for an option or a pattern.
bool is_unit_name(std::string_view name);

}  // namespace sectile
