// The variables that a systemd unit sets for its service: what nvidia-mig-manager's drop-in says.
//
// A pure function. Of systemd.syntax(7) and systemd.exec(5): sections, comments, continued lines,
// `Environment=` with quotes, later assignments over earlier ones, and an empty one that takes back
// all before it. Specifiers such as %H are left as they are written.
#pragma once

#include <map>
#include <span>
#include <string>

#include "sectile/base/result.h"

namespace sectile {

struct UnitFile {
  std::string name;  // For messages.
  std::string text;
};

inline constexpr std::size_t kMaxUnitBytes = std::size_t{1024} * 1024;  // Of one file.

// What [Service] sets, reading the unit first and then its drop-ins in order. Fails with
// kInvalidArgument at "file:line: " for a quote that is not closed, a word that is no assignment, a
// name that cannot be one, and for a file that is too large.
Result<std::map<std::string, std::string>> unit_environment(std::span<const UnitFile> files);

}  // namespace sectile
