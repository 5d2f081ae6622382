// mig-parted's file as a tree that was read already: for config.cc, which looks at the tree to tell
// the kinds of files apart.
#pragma once

#include <string_view>

#include "sectile/text/mig_parted.h"
#include "src/text/tree.h"

namespace sectile::internal {

Result<MigPartedConfig> read_mig_parted(const Tree& tree, std::string_view file);

// Refuses labels that are empty or too long.
void check_label(Reader& reader, const Member& label);

}  // namespace sectile::internal
