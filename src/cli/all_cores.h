// Work that is spread over all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace sectile::cli {

// Does task(0) to task(count - 1), in any order and at once. What one of them throws, such as for
// want of memory, is thrown here once all threads have ended; no further ones are begun then.
void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& task);

}  // namespace sectile::cli
