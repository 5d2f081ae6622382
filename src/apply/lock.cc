#include "sectile/apply/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <utility>

#include "src/apply/state_directory.h"
#include "src/device/processes.h"
#include "src/device/text.h"

namespace sectile {
namespace {

constexpr const char* kFileName = "lock";

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  std::array<char, 32> text{};
  gmtime_r(&now, &parts);
  text[std::strftime(text.data(), text.size() - 1, "%Y-%m-%dT%H:%M:%SZ", &parts)] = '\0';
  return text.data();
}

// What the holder wrote: pid, start time and command, a line each. Anybody may have written
// anything, so it is quoted and not believed.
std::string holder(int descriptor) {
  std::array<char, 1024> bytes{};
  const ssize_t size = pread(descriptor, bytes.data(), bytes.size(), 0);
  std::istringstream lines(
      std::string(bytes.data(), static_cast<std::size_t>(size > 0 ? size : 0)));
  std::string pid;
  std::string since;
  std::string command;
  std::getline(lines, pid);
  std::getline(lines, since);
  std::getline(lines, command);
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos) {
    return "another process";
  }
  return "pid " + printable(pid, 10) + " (" + printable(command) + ") since " +
         printable(since, 20);
}

Status write_holder(int descriptor, const std::string& path) {
  const auto pid = static_cast<std::uint32_t>(getpid());
  const std::string text = std::to_string(pid) + "\n" + now_utc() + "\n" + command_of(pid) + "\n";
  const bool written =
      ftruncate(descriptor, 0) == 0 &&
      pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  return written ? Status{} : system_failure("cannot write " + path, errno);
}

// A process that was killed just now keeps its lock until the kernel has taken it apart: half a
// second is waited for that, and not for a change that goes on.
bool lock_soon(int descriptor) {
  constexpr int kTries = 10;
  constexpr useconds_t kPause = 50'000;
  for (int attempt = 1; flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK || attempt == kTries) {
      return false;
    }
    usleep(kPause);
  }
  return true;
}

}  // namespace

Result<NodeLock> NodeLock::acquire(const std::string& directory) {
  const std::filesystem::path folder = state_directory(directory);
  if (const Status made = make_state_directory(folder); !made) {
    return fail(made);
  }
  const std::string path = folder / kFileName;
  // No link is followed and no pipe waited for: the directory may belong to somebody else.
  const int descriptor =
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (descriptor < 0) {
    return system_failure("cannot open " + path, errno);
  }
  NodeLock lock(descriptor);
  struct stat info{};
  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::kFailed, path + " is not a file", "remove it");
  }
  if (!lock_soon(descriptor)) {
    if (errno != EWOULDBLOCK) {
      return system_failure("cannot lock " + path, errno);
    }
    return fail(ErrorCode::kBusy, "the node is being changed by " + holder(descriptor),
                "try again when it has finished");
  }
  if (const Status written = write_holder(descriptor, path); !written) {
    return fail(written);
  }
  return lock;
}

NodeLock::NodeLock(NodeLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

NodeLock& NodeLock::operator=(NodeLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

// The file stays: whoever removed it could take away one that another process has just locked.
NodeLock::~NodeLock() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

}  // namespace sectile
