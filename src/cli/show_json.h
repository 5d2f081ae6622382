// A snapshot for programs: `sectile show -o json`, schema "sectile/show/v1".
#pragma once

#include <string>

#include "sectile/device/snapshot.h"

namespace sectile::cli {

// docs/formats/json.md describes it. Broken UTF-8 in names is replaced.
std::string show_json(const Snapshot& snapshot);

}  // namespace sectile::cli
