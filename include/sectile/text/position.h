// Position: where something stands in a file that was read, for messages.
#pragma once

#include <cstddef>

namespace sectile {

inline constexpr std::size_t kMaxConfigBytes = std::size_t{4} << 20U;  // 4 MiB

// Both count from 1; 0: not read from a file.
struct Position {
  int line = 0;
  int column = 0;
};

}  // namespace sectile
