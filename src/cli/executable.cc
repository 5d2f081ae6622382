#include "src/cli/executable.h"

#include <filesystem>
#include <system_error>

namespace sectile::cli {

std::string executable_path() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string("sectile") : path.string();
}

}  // namespace sectile::cli
