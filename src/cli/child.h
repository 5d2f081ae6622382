// Child processes: the command of `sectile emulate`, and the stand-ins that occupy its GPUs.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "sectile/base/result.h"

namespace sectile::cli {

// Runs the command, found in PATH, with this process's environment and terminal, and waits for it.
// Returns its exit status, 128 + N if signal N ended it. SIGTERM and SIGHUP are passed on, so that
// what was set up can be taken down; SIGINT and SIGQUIT from the terminal reach it by themselves.
// Fails with kInvalidArgument if there is no such program or it cannot be run.
Result<int> run_command(const std::vector<std::string>& command);

struct Captured {
  int status = 0;      // As run_command() gives it.
  std::string output;  // Standard output and error, cut after some kilobytes.
};

// Runs the command without a terminal and collects what it says. Fails as run_command() does.
Result<Captured> capture_command(const std::vector<std::string>& command);

// A process that only exists, under the name `command` and with these files open, until it is
// stopped or its parent dies.
class StandIn {
 public:
  static Result<StandIn> start(const std::string& command,
                               const std::vector<std::string>& files = {});

  StandIn(StandIn&& other) noexcept;
  StandIn& operator=(StandIn&& other) noexcept;
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  ~StandIn();

  pid_t pid() const { return pid_; }

 private:
  StandIn(pid_t pid, int lifeline) : pid_(pid), lifeline_(lifeline) {}
  void stop();

  pid_t pid_ = -1;
  int lifeline_ = -1;  // It reads from this pipe for as long as it lives.
};

}  // namespace sectile::cli
