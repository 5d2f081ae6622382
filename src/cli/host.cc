#include "src/cli/host.h"

#include <cstdlib>

namespace sectile::cli {

HostPaths host_paths() {
  const char* root = secure_getenv("SECTILE_SYSROOT");
  return root == nullptr || *root == '\0' ? HostPaths() : HostPaths::under(root);
}

}  // namespace sectile::cli
