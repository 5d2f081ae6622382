// The whole program but main().
#pragma once

#include <string>
#include <vector>

namespace sectile::cli {

// Runs the verb that `words` (without the program's name) begins with and returns the exit status.
// Ignores SIGPIPE for the process, so that a closed pipe is an error like any other.
int run(const std::vector<std::string>& words);

}  // namespace sectile::cli
