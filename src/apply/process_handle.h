// ProcessHandle: one process that is watched and signalled, never another with its pid.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "sectile/base/result.h"

namespace sectile {

// Linux's pidfd; on kernels without (before 5.3) the start time is compared before each use, which
// leaves a moment in which the pid might change hands. Movable, not copyable.
class ProcessHandle {
 public:
  ProcessHandle(std::uint32_t pid, std::uint64_t start_time);
  ProcessHandle(ProcessHandle&& other) noexcept;
  ProcessHandle& operator=(ProcessHandle&& other) noexcept;
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;
  ~ProcessHandle();

  std::uint32_t pid() const { return pid_; }
  bool alive() const;

  // Signal 0 only asks whether one may. Nothing happens to a process that is gone. Fails with
  // kPermission.
  Status send(int signal) const;

  // Waits until one of those that live ends, or for `time`.
  static void wait_for_any(std::span<const ProcessHandle> handles, std::chrono::milliseconds time);

 private:
  std::uint32_t pid_ = 0;
  std::uint64_t start_time_ = 0;
  int descriptor_ = -1;
  bool gone_ = false;
};

}  // namespace sectile
