// A plan's JSON as a tree that was read already: for config.cc, which looks at the tree to tell the
// kinds of files apart.
#pragma once

#include <string_view>

#include "sectile/text/json.h"
#include "src/text/tree.h"

namespace sectile::internal {

Result<PlanDocument> read_plan(const Tree& tree, std::string_view file);

}  // namespace sectile::internal
