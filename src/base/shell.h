// Words for a shell.
#pragma once

#include <string>
#include <string_view>

namespace sectile::internal {

// In single quotes: one word in sh, bash and zsh whatever is in it, and in fish if no backslash is.
inline std::string shell_quoted(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + '\'';
}

}  // namespace sectile::internal
