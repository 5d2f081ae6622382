#include "src/apply/process_handle.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "src/apply/process_info.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook = milliseconds(50);  // Where nobody tells that a process ended.

bool is_there(std::uint32_t pid, std::uint64_t start_time) {
  const std::optional<ProcessStat> stat = read_stat("/proc", pid);
  return stat && stat->start_time == start_time && stat->state != 'Z' && stat->state != 'X';
}

}  // namespace

ProcessHandle::ProcessHandle(std::uint32_t pid, std::uint64_t start_time)
    : pid_(pid),
      start_time_(start_time),
      descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U))) {
  // The descriptor is of one process for good; now it is known of which.
  gone_ = !is_there(pid, start_time);
}

ProcessHandle::ProcessHandle(ProcessHandle&& other) noexcept
    : pid_(other.pid_),
      start_time_(other.start_time_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      gone_(other.gone_) {}

ProcessHandle& ProcessHandle::operator=(ProcessHandle&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(start_time_, other.start_time_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(gone_, other.gone_);
  return *this;
}

ProcessHandle::~ProcessHandle() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

bool ProcessHandle::alive() const {
  if (gone_) {
    return false;
  }
  if (descriptor_ < 0) {
    return is_there(pid_, start_time_);
  }
  struct pollfd one{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, 0) == 0;
}

Status ProcessHandle::send(int signal) const {
  if (!alive()) {
    return {};
  }
  const long sent = descriptor_ >= 0
                        ? ::syscall(SYS_pidfd_send_signal, descriptor_, signal, nullptr, 0U)
                        : ::kill(static_cast<pid_t>(pid_), signal);
  if (sent == 0 || errno == ESRCH) {
    return {};
  }
  return fail(ErrorCode::kPermission,
              "pid " + std::to_string(pid_) +
                  " may not be signalled: " + std::generic_category().message(errno),
              "run as root");
}

void ProcessHandle::wait_for_any(std::span<const ProcessHandle> handles, milliseconds time) {
  std::vector<struct pollfd> watched;
  bool blind = false;
  for (const ProcessHandle& handle : handles) {
    if (handle.alive()) {
      watched.push_back({.fd = handle.descriptor_, .events = POLLIN, .revents = 0});
      blind = blind || handle.descriptor_ < 0;
    }
  }
  const milliseconds most = blind ? std::min(time, kLook) : time;
  ::poll(watched.data(), watched.size(), static_cast<int>(most.count()));
}

}  // namespace sectile
