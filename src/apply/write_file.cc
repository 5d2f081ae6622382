#include "src/apply/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace sectile {
namespace {

std::unexpected<Error> failure(const std::string& path, int error) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  return fail(denied ? ErrorCode::kPermission : ErrorCode::kFailed,
              "cannot write " + path + ": " + std::generic_category().message(error),
              denied ? "run as root" : "");
}

// 0, or the number of the error.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return errno;
    }
    text.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  return ::fchmod(descriptor, 0644) == 0 && ::fsync(descriptor) == 0 ? 0 : errno;
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    ::fsync(descriptor);  // Best effort: the name may come back old, but never half written.
    ::close(descriptor);
  }
}

}  // namespace

Status write_file(const std::string& path, std::string_view text) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return failure(path, error.value());
  }
  std::string draft = path + ".XXXXXX";  // mkstemp() makes a new file: nobody's link is followed.
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return failure(path, errno);
  }
  int number = write_all(descriptor, text);
  ::close(descriptor);
  if (number == 0 && ::rename(draft.c_str(), path.c_str()) != 0) {
    number = errno;
  }
  if (number != 0) {
    ::unlink(draft.c_str());
    return failure(path, number);
  }
  sync_directory(directory);
  return {};
}

}  // namespace sectile
