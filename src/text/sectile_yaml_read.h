// Sectile's own kinds as a tree that was read already: for config.cc, which looks at the tree to
// tell the kinds of files apart.
#pragma once

#include <string_view>

#include "sectile/text/sectile_yaml.h"
#include "src/text/tree.h"

namespace sectile::internal {

Result<LayoutConfig> read_layout_config(const Tree& tree, std::string_view file);
Result<WorkloadConfig> read_workloads(const Tree& tree, std::string_view file);

}  // namespace sectile::internal
