// What files begin with: which kind they are, and of which version.
#pragma once

#include <string_view>

#include "src/text/tree.h"

namespace sectile::internal {

// Of Sectile's own kinds: `apiVersion: sectile/v1` and `kind: KIND`.
void read_head(Reader& reader, Fields& fields, std::string_view kind);

// Of the kinds that nvidia-mig-parted has: `version: v1`.
void read_version(Reader& reader, Fields& fields);

}  // namespace sectile::internal
