#include "sectile/apply/program.h"

#include <fcntl.h>
#include <features.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace sectile {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kSignalled = 128;            // What shells add to the number of a signal.
constexpr milliseconds kPoll(20);          // Where the kernel cannot tell us that a child ended.
constexpr milliseconds kPauseMax(60'000);  // poll() takes no more than an int.
constexpr milliseconds kGrace(2000);       // Between asking a program to end and ending it.
constexpr std::size_t kShownWords = 12;    // Of a command in messages.

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { close(); }

  int get() const { return number_; }
  void set(int number) {
    close();
    number_ = number;
  }
  void close() {
    if (number_ >= 0) {
      ::close(std::exchange(number_, -1));
    }
  }

 private:
  int number_;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (std::string& word : words) {
    list.push_back(word.data());
  }
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> assignments(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> list;
  list.reserve(variables.size());
  for (const auto& [name, value] : variables) {
    list.push_back(name);
    list.back().append("=").append(value);
  }
  return list;
}

class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&value_);
    sigset_t all;
    sigfillset(&all);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&value_, &all);
    posix_spawnattr_setsigmask(&value_, &none);
    posix_spawnattr_setpgroup(&value_, 0);
    posix_spawnattr_setflags(
        &value_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  SpawnAttributes(SpawnAttributes&&) = delete;
  SpawnAttributes& operator=(SpawnAttributes&&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&value_); }

  const posix_spawnattr_t* get() const { return &value_; }

 private:
  posix_spawnattr_t value_{};
};

class SpawnActions {
 public:
  SpawnActions(const std::string& directory, int output) {
    posix_spawn_file_actions_init(&value_);
    posix_spawn_file_actions_addopen(&value_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&value_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&value_, output, STDERR_FILENO);
#if __GLIBC_PREREQ(2, 34)
    // The driver's library is not ours, and a descriptor of it in a child would hold the GPU.
    posix_spawn_file_actions_addclosefrom_np(&value_, STDERR_FILENO + 1);
#endif
    if (!directory.empty()) {
      posix_spawn_file_actions_addchdir_np(&value_, directory.c_str());
    }
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  SpawnActions(SpawnActions&&) = delete;
  SpawnActions& operator=(SpawnActions&&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&value_); }

  const posix_spawn_file_actions_t* get() const { return &value_; }

 private:
  posix_spawn_file_actions_t value_{};
};

// The error number, 0 if the child runs.
int spawn(pid_t& child, const Program& program, int output) {
  std::vector<std::string> words = program.words;
  std::vector<std::string> variables;
  std::vector<char*> environment;
  if (program.environment) {
    variables = assignments(*program.environment);
    environment = pointers(variables);
  }
  const SpawnActions actions(program.directory, output);
  const SpawnAttributes attributes;
  return posix_spawnp(&child, words.front().c_str(), actions.get(), attributes.get(),
                      pointers(words).data(), program.environment ? environment.data() : environ);
}

// A child and what it writes. Ends it, with its process group, if it is still there at the end.
class Child {
 public:
  Child(pid_t pid, int output)
      : pid_(pid), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))), output_(output) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() { end(); }

  // Whether it ended before `deadline`.
  bool wait_until(steady_clock::time_point deadline) {
    while (!reap()) {
      const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()) +
                        milliseconds(1);
      if (left <= milliseconds(0)) {
        return false;
      }
      pause(pidfd_.get() >= 0 ? left : std::min(left, kPoll));
    }
    read();
    return true;
  }

  // Asks it to end, and ends it.
  void end() {
    if (!status_) {
      ::kill(-pid_, SIGTERM);
      if (!wait_until(steady_clock::now() + kGrace)) {
        ::kill(-pid_, SIGKILL);
        // What hangs in the kernel ends when it leaves it, and then init looks after it.
        wait_until(steady_clock::now() + kGrace);
      }
    }
  }

  int status() const { return status_.value_or(0); }
  const std::string& output() const { return text_; }

 private:
  bool reap() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return status_.has_value();
  }

  void pause(milliseconds time) {
    std::array<pollfd, 2> waited{pollfd{.fd = output_, .events = POLLIN, .revents = 0},
                                 pollfd{.fd = pidfd_.get(), .events = POLLIN, .revents = 0}};
    if (::poll(waited.data(), waited.size(), static_cast<int>(std::min(time, kPauseMax).count())) >
        0) {
      read();
    }
  }

  // What is there to be read. At the end of it, nobody looks at the pipe any more.
  void read() {
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while (output_ >= 0 && (count = ::read(output_, buffer.data(), buffer.size())) > 0) {
      text_.append(buffer.data(), static_cast<std::size_t>(count));
      if (text_.size() > 2 * kProgramOutputMax) {
        text_.erase(0, text_.size() - kProgramOutputMax);
      }
    }
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      output_ = -1;
    }
  }

  pid_t pid_;
  Descriptor pidfd_;
  int output_;  // Not ours to close.
  std::optional<int> status_;
  std::string text_;
};

std::string reason(int error) {
  return std::generic_category().message(error);
}

std::string tail(const std::string& text) {
  return text.substr(text.size() - std::min(text.size(), kProgramOutputMax));
}

// "", or ": " and what it said, without the newline at the end.
std::string said(std::string output) {
  while (output.ends_with('\n')) {
    output.pop_back();
  }
  return output.empty() ? "" : ": " + output;
}

}  // namespace

std::string to_text(const Program& program) {
  std::string text;
  for (std::size_t i = 0; i < std::min(program.words.size(), kShownWords); ++i) {
    text += (i == 0 ? "" : " ") + program.words[i];
  }
  return program.words.size() > kShownWords ? text + " ..." : text;
}

Result<ProgramEnd> run_program(const Program& program) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::kFailed, "cannot make a pipe: " + reason(errno));
  }
  const Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  // Whoever started us may ignore the end of children, and then there is no status to be had.
  struct sigaction before{};
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, nullptr, &before);
  if (before.sa_handler == SIG_IGN) {
    ::sigaction(SIGCHLD, &usual, nullptr);
  }
  pid_t pid = -1;
  if (const int error = spawn(pid, program, write_end.get()); error != 0) {
    return fail(ErrorCode::kUnavailable,
                "cannot run '" + program.words.front() + "': " + reason(error));
  }
  write_end.close();
  Child child(pid, read_end.get());
  if (!child.wait_until(steady_clock::now() + program.limit)) {
    child.end();
    return fail(ErrorCode::kFailed, "'" + to_text(program) + "' did not end within " +
                                        std::to_string(program.limit.count() / 1000) +
                                        " s and was stopped" + said(tail(child.output())));
  }
  return ProgramEnd{.status = child.status(), .output = tail(child.output())};
}

Result<std::string> run_to_success(const Program& program) {
  Result<ProgramEnd> end = run_program(program);
  if (!end) {
    return fail(end);
  }
  if (end->status != 0) {
    return fail(ErrorCode::kFailed, "'" + to_text(program) + "' failed with status " +
                                        std::to_string(end->status) + said(end->output));
  }
  return std::move(end->output);
}

}  // namespace sectile
