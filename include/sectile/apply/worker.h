// Worker: work that talks to the driver, in a process of its own.
//
// A call into the driver may take seconds, never return, or crash the process, and nothing inside
// that process can help it. So whatever opens NVML runs in a child that is forked before NVML is
// loaded. The child says in shared memory which call it is in; the parent passes on what the child
// writes, tells people what is waited for, and ends a child whose call takes too long. A child
// that does not die, since the kernel has it in a wait that nothing interrupts, is left behind: it
// holds neither our terminal nor our pipes. If the parent dies, the kernel kills the child.
//
// Requires: one thread in the parent, and nobody else who waits for children or takes SIGINT,
// SIGTERM and SIGHUP while it runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/device/call_watch.h"

namespace sectile {

struct WorkerMemory;  // What parent and child share; internal.

struct WorkerLimits {
  std::chrono::milliseconds call{60'000};
  // Starting NVML, changing the MIG mode and resets take longer by nature.
  std::chrono::milliseconds slow_call{300'000};
  std::chrono::milliseconds death{2'000};  // From the kill to being left behind.
  // For tests: instead of SIGKILL.
  std::function<void(pid_t child)> kill = {};
};

// The child's end. Hand it to Node::open() as the watch.
class WorkerSide : public CallWatch {
 public:
  explicit WorkerSide(WorkerMemory& memory) : memory_(memory) {}

  void before(std::string_view call, std::string_view subject) override;
  void after() override;

  // Says that from now on the node is being changed, so that an interruption waits for the next
  // occasion to take the change back; or that this is over.
  void changing(bool now);

  // Whether somebody asks to stop. Only while changing: at other times the child is just ended.
  bool stop_asked() const;

 private:
  WorkerMemory& memory_;
};

// A call into the driver, as the parent sees it.
struct WorkerCall {
  std::string name;     // Empty: in none.
  std::string subject;  // May be empty.
  std::chrono::milliseconds elapsed{0};
};

// What the parent does meanwhile.
class WorkerListener {
 public:
  virtual ~WorkerListener() = default;
  // The child wrote to standard output or error.
  virtual void wrote(int descriptor, std::string_view bytes) = 0;
  // The child is in a call, some ten times a second; and once with no name when a call that was
  // told of is over.
  virtual void waits(const WorkerCall& call) = 0;
  // A signal asked the child to stop while it was changing the node: it will, at the next occasion.
  virtual void stops(int signal) = 0;
};

struct WorkerEnd {
  enum class How : std::uint8_t {
    kAnswered,     // `answer` is what the work returned.
    kHung,         // `call` took longer than its limit, and the child was killed.
    kCrashed,      // By `signal`, in `call` if that has a name.
    kInterrupted,  // `signal` came to us, and the child was killed.
    kLost,         // It ended without an answer.
  };
  How how = How::kLost;
  std::string answer;
  int signal = 0;
  WorkerCall call;
  bool changing = false;     // It was changing the node.
  bool left_behind = false;  // The child does not die; `child` is its pid.
  pid_t child = -1;
};

// Runs `work` in a child and returns how that ended. The child sees no file descriptors but
// standard input, and standard output and error that lead to `listener`. Fails with kFailed if no
// child can be made.
Result<WorkerEnd> run_worker(const std::function<std::string(WorkerSide&)>& work,
                             const WorkerLimits& limits, WorkerListener& listener);

}  // namespace sectile
