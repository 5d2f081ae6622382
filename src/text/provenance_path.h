// Provenance in a model's JSON: paths such as "profiles[9,5].sm_count" or "profiles[*].name".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/text/tree.h"

namespace sectile::internal {

// Every field of the tree that the pattern names, by its concrete path: "profiles[9].sm_count".
// Empty if the pattern is malformed or names what is not there.
std::vector<std::string> expand_path(const Tree& model, std::string_view pattern);

}  // namespace sectile::internal
