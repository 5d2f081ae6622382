#include "src/cli/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <system_error>
#include <utility>

namespace sectile::cli {
namespace {

constexpr int kSignalled = 128;  // What shells add to the number of a signal.

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (std::string& word : words) {
    list.push_back(word.data());
  }
  list.push_back(nullptr);
  return list;
}

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

// Spawns with the signals as they were before this program changed any. `output`: where standard
// output and error go, instead of to ours; -1: to ours.
int spawn(pid_t& child, std::vector<std::string> words, const sigset_t& mask, int output) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &mask);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0) {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  }
  const int error = posix_spawnp(&child, words.front().c_str(), &actions, &attributes,
                                 pointers(words).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

// A signal for us: a terminal sends SIGINT and SIGQUIT to the command as well, anything else does
// not.
void pass_on(pid_t child, int signal, const siginfo_t& info) {
  const bool from_terminal = info.si_code == SI_KERNEL;
  if (!from_terminal || signal == SIGTERM || signal == SIGHUP) {
    ::kill(child, signal);
  }
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? kSignalled + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int wait_for(pid_t child, const sigset_t& signals) {
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    siginfo_t info{};
    const int signal = sigwaitinfo(&signals, &info);
    if (signal > 0 && signal != SIGCHLD) {
      pass_on(child, signal, info);
    }
  }
  return status_of(status);
}

std::unexpected<Error> cannot_run(const std::string& program, int error) {
  return fail(ErrorCode::kInvalidArgument,
              "cannot run '" + program + "': " + std::generic_category().message(error),
              "give a program that is in PATH");
}

// Everything that comes, of which the beginning is kept.
std::string read_output(int descriptor) {
  constexpr std::size_t kKept = 4096;
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count == 0 || (count < 0 && errno != EINTR)) {
      text.resize(std::min(text.size(), kKept));
      return text;
    }
    if (count > 0 && text.size() < kKept) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

}  // namespace

Result<int> run_command(const std::vector<std::string>& command) {
  const sigset_t signals = watched_signals();
  sigset_t before;
  sigemptyset(&before);
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  (void)std::signal(SIGCHLD, SIG_DFL);  // Whoever started us may have ignored it.
  pid_t child = -1;
  const int error = spawn(child, command, before, -1);
  const Result<int> status =
      error == 0 ? Result<int>(wait_for(child, signals)) : cannot_run(command.front(), error);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status;
}

Result<Captured> capture_command(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::kFailed,
                "cannot make a pipe: " + std::generic_category().message(errno));
  }
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  pid_t child = -1;
  const int error = spawn(child, command, mask, ends[1]);
  ::close(ends[1]);
  Captured captured;
  if (error == 0) {
    captured.output = read_output(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    captured.status = status_of(status);
  }
  ::close(ends[0]);
  if (error != 0) {
    return cannot_run(command.front(), error);
  }
  return captured;
}

Result<StandIn> StandIn::start(const std::string& command, const std::vector<std::string>& files) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::kFailed,
                "cannot make a pipe: " + std::generic_category().message(errno));
  }
  const pid_t parent = ::getpid();
  std::vector<std::string> words = {command};
  const std::vector<char*> list = pointers(words);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // Never outlives the machine that it belongs to.
    for (const std::string& file : files) {
      (void)::open(file.c_str(), O_RDONLY);  // NOLINT(android-cloexec-open): to be seen open.
    }
    if (::getppid() == parent && ::dup2(ends[0], STDIN_FILENO) >= 0) {
      ::execv("/bin/cat", list.data());  // Waits for what never comes.
    }
    ::_exit(127);
  }
  const int error = errno;
  ::close(ends[0]);
  if (pid < 0) {
    ::close(ends[1]);
    return fail(ErrorCode::kFailed, "cannot start a process that stands in for '" + command +
                                        "': " + std::generic_category().message(error));
  }
  return StandIn(pid, ends[1]);
}

StandIn::StandIn(StandIn&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), lifeline_(std::exchange(other.lifeline_, -1)) {}

StandIn& StandIn::operator=(StandIn&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, -1);
    lifeline_ = std::exchange(other.lifeline_, -1);
  }
  return *this;
}

StandIn::~StandIn() {
  stop();
}

void StandIn::stop() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(lifeline_);
    pid_ = -1;
  }
}

}  // namespace sectile::cli
