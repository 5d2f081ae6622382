#include "src/cli/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "src/cli/exit_status.h"

namespace sectile::cli {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

Result<std::string> read_all(int descriptor, const std::string& file, std::size_t bytes_max) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count == 0) {
      return text;
    }
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(ErrorCode::kInvalidArgument,
                  "cannot read " + input_name(file) + ": " + reason(errno),
                  "give a file, or - for standard input");
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > bytes_max) {
      return fail(ErrorCode::kInvalidArgument,
                  input_name(file) + " is larger than " + std::to_string(bytes_max) + " bytes",
                  "give another file; this one cannot be meant");
    }
  }
}

}  // namespace

void Session::say(std::string_view line) const {
  if (!quiet) {
    // If standard error is gone, nobody is there to be told.
    (void)write_all(STDERR_FILENO, printable(std::string(line) + '\n'));
  }
}

Status write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(ErrorCode::kFailed, "cannot write the answer: " + reason(errno));
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::string input_name(const std::string& file) {
  return file == "-" ? "standard input" : file;
}

Result<std::string> read_input(const std::string& file, std::size_t bytes_max) {
  if (file == "-") {
    return read_all(STDIN_FILENO, file, bytes_max);
  }
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) {
    return fail(errno == EACCES ? ErrorCode::kPermission : ErrorCode::kInvalidArgument,
                "cannot open '" + file + "': " + reason(errno),
                "give the path of a file that you may read, or - for standard input");
  }
  Result<std::string> text = read_all(descriptor, file, bytes_max);
  ::close(descriptor);
  return text;
}

}  // namespace sectile::cli
