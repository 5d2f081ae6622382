// "sectile/who/v1": holders for programs.
#pragma once

#include <string>

#include "sectile/apply/holders.h"
#include "sectile/device/snapshot.h"
#include "src/cli/who_text.h"

namespace sectile::cli {

std::string who_json(const Snapshot& snapshot, const Subject& subject, const Holders& holders);

}  // namespace sectile::cli
