#include "sectile/apply/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <system_error>
#include <utility>

#include "src/apply/worker_memory.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLook{100};      // How often the parent looks.
constexpr milliseconds kLeapMax{1000};  // Longer between two looks: we were stopped, not the call.
constexpr std::size_t kAnswerMax = 256U << 20U;
constexpr int kNoAnswer = 70;  // Exit status of a child whose work threw.

std::unexpected<Error> system_failure(const char* what) {
  return fail(ErrorCode::kFailed, std::string("cannot make a process for the driver: ") + what +
                                      ": " + std::generic_category().message(errno));
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  void close() {
    if (number_ >= 0) {
      ::close(std::exchange(number_, -1));
    }
  }
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

struct Pipe {
  Descriptor read;
  Descriptor write;

  bool make() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      return false;
    }
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return true;
  }
};

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

// Blocks the signals that the parent reads from a descriptor, as long as it lives.
class BlockedSignals {
 public:
  BlockedSignals() {
    const sigset_t signals = watched_signals();
    sigemptyset(&before_);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  BlockedSignals(BlockedSignals&&) = delete;
  BlockedSignals& operator=(BlockedSignals&&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_;
};

// The page that both sides see.
class SharedMemory {
 public:
  SharedMemory() {
    void* const page = ::mmap(nullptr, sizeof(WorkerMemory), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memory_ = page != MAP_FAILED ? new (page) WorkerMemory : nullptr;
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  SharedMemory(SharedMemory&&) = delete;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory() {
    if (memory_ != nullptr) {
      ::munmap(memory_, sizeof(WorkerMemory));
    }
  }
  WorkerMemory* get() const { return memory_; }

 private:
  WorkerMemory* memory_ = nullptr;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return true;
}

// How the answer travels: its length first, so that half of one is known for what it is.
std::string framed(const std::string& answer) {
  const std::uint64_t length = answer.size();
  std::string frame(sizeof length, '\0');
  std::memcpy(frame.data(), &length, sizeof length);
  return frame + answer;
}

bool is_whole(const std::string& frame) {
  std::uint64_t length = 0;
  if (frame.size() < sizeof length) {
    return false;
  }
  std::memcpy(&length, frame.data(), sizeof length);
  return frame.size() - sizeof length == length;
}

bool is_slow(std::string_view call) {
  constexpr std::array<std::string_view, 4> kSlow{"nvmlInit_v2", "nvmlShutdown",
                                                  "nvmlDeviceSetMigMode", "nvidia-smi -r"};
  return std::ranges::find(kSlow, call) != kSlow.end();
}

// Everything of a worker but the work.
struct Channels {
  Pipe answer;
  Pipe out;
  Pipe error;
};

void nothing(int) {}

[[noreturn]] void run_child(const std::function<std::string(WorkerSide&)>& work, pid_t parent,
                            Channels& channels, WorkerMemory& memory, const sigset_t& mask) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    ::_exit(kNoAnswer);
  }
  // What a terminal sends to all of its processes is the parent's business. Handlers, not "ignore":
  // the programs that the work starts must not inherit it.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    (void)std::signal(signal, nothing);
  }
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::dup2(channels.out.write.get(), STDOUT_FILENO);
  ::dup2(channels.error.write.get(), STDERR_FILENO);
  for (Pipe* pipe : {&channels.out, &channels.error}) {
    pipe->write.close();
    pipe->read.close();
  }
  channels.answer.read.close();
  try {
    WorkerSide side(memory);
    const bool told = write_all(channels.answer.write.get(), framed(work(side)));
    // No exit handlers: they are the driver library's too, and may hang.
    ::_exit(told ? 0 : kNoAnswer);
  } catch (...) {
    ::_exit(kNoAnswer);
  }
}

// The parent's side of one worker.
class Supervisor {
 public:
  Supervisor(pid_t child, Channels& channels, WorkerMemory& memory, const WorkerLimits& limits,
             WorkerListener& listener)
      : channels_(channels), memory_(memory), limits_(limits), listener_(listener) {
    end_.child = child;
    for (Pipe* pipe : {&channels_.out, &channels_.error, &channels_.answer}) {
      pipe->write.close();
      ::fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);
    }
  }

  WorkerEnd run(int signals) {
    Clock::time_point before = Clock::now();
    while (!over_) {
      wait(signals);
      const Clock::time_point now = Clock::now();
      const auto passed = std::chrono::duration_cast<milliseconds>(now - before);
      before = now;
      relay();
      hear(signals);
      reap();
      look(std::min(passed, kLeapMax));
    }
    relay();
    tell_of_no_call();
    return finish();
  }

 private:
  void wait(int signals) const {
    std::array<pollfd, 4> watched{pollfd{signals, POLLIN, 0},
                                  pollfd{channels_.out.read.get(), POLLIN, 0},
                                  pollfd{channels_.error.read.get(), POLLIN, 0},
                                  pollfd{channels_.answer.read.get(), POLLIN, 0}};
    (void)::poll(watched.data(), watched.size(), static_cast<int>(pause().count()));
  }

  // A tenth of the least limit, so that short ones are kept too.
  milliseconds pause() const {
    return std::clamp(std::min(limits_.call, limits_.death) / 10, milliseconds(1), kLook);
  }

  void relay() {
    drain(channels_.out.read,
          [&](std::string_view bytes) { listener_.wrote(STDOUT_FILENO, bytes); });
    drain(channels_.error.read,
          [&](std::string_view bytes) { listener_.wrote(STDERR_FILENO, bytes); });
    drain(channels_.answer.read, [&](std::string_view bytes) {
      if (frame_.size() + bytes.size() <= kAnswerMax) {
        frame_ += bytes;
      }
    });
  }

  // Everything that is there. Closes the descriptor at its end, so that nobody polls it for ever.
  static void drain(Descriptor& from, const std::function<void(std::string_view)>& to) {
    std::array<char, 65536> buffer{};
    while (from.is_open()) {
      const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
      if (count == 0) {
        from.close();
      } else if (count > 0) {
        to({buffer.data(), static_cast<std::size_t>(count)});
      } else if (errno != EINTR) {
        return;
      }
    }
  }

  void hear(int signals) {
    signalfd_siginfo info{};
    while (::read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      const int signal = static_cast<int>(info.ssi_signo);
      if (signal != SIGCHLD) {
        interrupt(signal);
      }
    }
  }

  // The first signal lets a change come to a good end; anything else is ended at once.
  void interrupt(int signal) {
    if (memory_.changing.load() && !memory_.stop.exchange(true)) {
      listener_.stops(signal);
      return;
    }
    end_.signal = signal;
    put_down(WorkerEnd::How::kInterrupted);
  }

  void reap() {
    int status = 0;
    if (over_ || ::waitpid(end_.child, &status, WNOHANG) != end_.child) {
      return;
    }
    over_ = true;
    if (killed_) {
      return;
    }
    relay();
    end_.call = memory_.look().call;
    if (is_whole(frame_)) {
      end_.how = WorkerEnd::How::kAnswered;
    } else if (WIFSIGNALED(status)) {
      end_.how = WorkerEnd::How::kCrashed;
      end_.signal = WTERMSIG(status);
    }
  }

  // Looks at what the child is doing, and how long already.
  void look(milliseconds passed) {
    if (over_) {
      return;
    }
    if (killed_ || is_whole(frame_)) {
      dying_ += passed;
      give_up();
      return;
    }
    const WorkerMemory::Seen seen = memory_.look();
    if (seen.call.name.empty() || seen.serial != call_serial_) {
      tell_of_no_call();
      call_serial_ = seen.serial;
      end_.call = seen.call;
      return;
    }
    end_.call.elapsed += passed;
    told_ = true;
    listener_.waits(end_.call);
    if (end_.call.elapsed > (is_slow(end_.call.name) ? limits_.slow_call : limits_.call)) {
      put_down(WorkerEnd::How::kHung);
    }
  }

  void tell_of_no_call() {
    if (std::exchange(told_, false)) {
      listener_.waits({});
    }
  }

  // A child that does not die, or one that has answered and does not end.
  void give_up() {
    if (dying_ <= limits_.death) {
      return;
    }
    if (!killed_) {
      put_down(WorkerEnd::How::kAnswered);
      return;
    }
    end_.left_behind = true;
    over_ = true;
  }

  void put_down(WorkerEnd::How how) {
    if (!killed_) {
      end_.how = how;
      end_.changing = memory_.changing.load();
    }
    killed_ = true;
    dying_ = milliseconds(0);
    if (limits_.kill) {
      limits_.kill(end_.child);
    } else {
      ::kill(end_.child, SIGKILL);
    }
  }

  WorkerEnd finish() {
    end_.changing = memory_.changing.load();
    if (end_.how == WorkerEnd::How::kAnswered) {
      end_.answer = frame_.substr(sizeof(std::uint64_t));
    }
    return std::move(end_);
  }

  Channels& channels_;
  WorkerMemory& memory_;
  const WorkerLimits& limits_;
  WorkerListener& listener_;
  WorkerEnd end_;
  std::string frame_;
  std::uint64_t call_serial_ = 0;
  milliseconds dying_{0};
  bool told_ = false;  // The listener knows of a call.
  bool killed_ = false;
  bool over_ = false;
};

}  // namespace

Result<WorkerEnd> run_worker(const std::function<std::string(WorkerSide&)>& work,
                             const WorkerLimits& limits, WorkerListener& listener) {
  const SharedMemory memory;
  Channels channels;
  if (memory.get() == nullptr || !channels.answer.make() || !channels.out.make() ||
      !channels.error.make()) {
    return system_failure("no memory or pipe");
  }
  const BlockedSignals blocked;
  const sigset_t signals = watched_signals();
  const Descriptor arriving(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!arriving.is_open()) {
    return system_failure("no signal descriptor");
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    return system_failure("no process");
  }
  if (child == 0) {
    run_child(work, parent, channels, *memory.get(), blocked.before());
  }
  return Supervisor(child, channels, *memory.get(), limits, listener).run(arriving.get());
}

}  // namespace sectile
