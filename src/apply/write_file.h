// Files that other programs read while we write them.
#pragma once

#include <string>
#include <string_view>

#include "sectile/base/result.h"

namespace sectile {

// Replaces the file in one step that survives a power cut: readers see the old text or the new one.
// Readable by everybody; the directory is made if it is missing. Fails with kPermission or kFailed.
Status write_file(const std::string& path, std::string_view text);

}  // namespace sectile
