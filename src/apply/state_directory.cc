#include "src/apply/state_directory.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace sectile {
namespace {

constexpr const char* kDefaultDirectory = "/var/lib/sectile";

}  // namespace

std::filesystem::path state_directory(const std::string& asked) {
  if (!asked.empty()) {
    return asked;
  }
  const char* const named = secure_getenv("SECTILE_STATE_DIR");
  return named != nullptr && *named != '\0' ? named : kDefaultDirectory;
}

Status make_state_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  return error ? system_failure("cannot create " + directory.string(), error.value()) : Status{};
}

std::unexpected<Error> system_failure(const std::string& what, int error) {
  const std::string message = what + ": " + std::generic_category().message(error);
  if (error == EACCES || error == EPERM || error == EROFS) {
    return fail(ErrorCode::kPermission, message,
                "run as root, or set $SECTILE_STATE_DIR to a directory of your own");
  }
  return fail(ErrorCode::kFailed, message,
              error == ENOSPC || error == EDQUOT
                  ? "free some space there, and try again"
                  : "$SECTILE_STATE_DIR names the directory for locks and state");
}

}  // namespace sectile
