// Where this program is.
#pragma once

#include <string>

namespace sectile::cli {

// Absolute, with symbolic links followed; "sectile" if the system does not say.
std::string executable_path();

}  // namespace sectile::cli
