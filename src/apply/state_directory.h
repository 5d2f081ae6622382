// Where locks and state are kept, and how failures there are told.
#pragma once

#include <filesystem>
#include <string>

#include "sectile/base/result.h"

namespace sectile {

// `asked`; if that is empty $SECTILE_STATE_DIR, and if there is none /var/lib/sectile.
std::filesystem::path state_directory(const std::string& asked);

// Creates it if it is missing. Fails with kPermission or kFailed.
Status make_state_directory(const std::filesystem::path& directory);

// `what` failed with this errno: kPermission for what a user may not do, kFailed for the rest.
std::unexpected<Error> system_failure(const std::string& what, int error);

}  // namespace sectile
