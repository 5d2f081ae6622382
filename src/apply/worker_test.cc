#include "sectile/apply/worker.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/apply/worker_memory.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;
using How = WorkerEnd::How;

struct Recorder : WorkerListener {
  void wrote(int descriptor, std::string_view bytes) override {
    (descriptor == STDOUT_FILENO ? out : error) += bytes;
  }
  void waits(const WorkerCall& call) override {
    if (waited.empty() || waited.back() != call.name) {
      waited.push_back(call.name);
    }
  }
  void stops(int signal) override { stopped.push_back(signal); }

  std::string out;
  std::string error;
  std::vector<std::string> waited;
  std::vector<int> stopped;
};

constexpr milliseconds kShort(60);
constexpr milliseconds kLong(60'000);

WorkerLimits short_limits() {
  return {.call = kShort, .slow_call = kShort * 4, .death = kLong, .kill = {}};
}

WorkerEnd run(Recorder& recorder, const std::function<std::string(WorkerSide&)>& work,
              const WorkerLimits& limits = {}) {
  return run_worker(work, limits, recorder).value();
}

void print(int descriptor, std::string_view text) {
  ASSERT_EQ(::write(descriptor, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

[[noreturn]] void hang() {
  while (true) {
    ::pause();
  }
}

TEST(WorkerTest, AnswersAndItsOutputIsPassedOn) {
  Recorder recorder;
  std::string large(3'000'000, '\0');
  const WorkerEnd end = run(recorder, [&](WorkerSide& side) {
    const Watched call(&side, "nvmlInit_v2");
    print(STDOUT_FILENO, "to people\n");
    print(STDERR_FILENO, "to their logs\n");
    return large;
  });
  EXPECT_EQ(end.how, How::kAnswered);
  EXPECT_EQ(end.answer, large);
  EXPECT_FALSE(end.left_behind);
  EXPECT_EQ(recorder.out, "to people\n");
  EXPECT_EQ(recorder.error, "to their logs\n");
}

TEST(WorkerTest, ACallThatHangsIsNamedAndEnded) {
  Recorder recorder;
  const WorkerEnd end = run(
      recorder,
      [](WorkerSide& side) -> std::string {
        side.changing(true);
        {
          const Watched before(&side, "nvmlDeviceGetCount_v2");
        }
        const Watched call(&side, "nvmlGpuInstanceDestroy", "gpu 3 (GPU-x)");
        hang();
      },
      short_limits());
  EXPECT_EQ(end.how, How::kHung);
  EXPECT_EQ(end.call.name, "nvmlGpuInstanceDestroy");
  EXPECT_EQ(end.call.subject, "gpu 3 (GPU-x)");
  EXPECT_GT(end.call.elapsed, kShort);
  EXPECT_TRUE(end.changing);
  EXPECT_EQ(::waitpid(end.child, nullptr, WNOHANG), -1);  // Nobody is left to be waited for.
  ASSERT_FALSE(recorder.waited.empty());
  EXPECT_EQ(recorder.waited.front(), "nvmlGpuInstanceDestroy");
}

TEST(WorkerTest, SlowCallsHaveALimitOfTheirOwn) {
  Recorder recorder;
  const WorkerEnd end = run(
      recorder,
      [](WorkerSide& side) -> std::string {
        const Watched call(&side, "nvmlDeviceSetMigMode");
        hang();
      },
      short_limits());
  EXPECT_EQ(end.how, How::kHung);
  EXPECT_GT(end.call.elapsed, kShort * 4);
  EXPECT_FALSE(end.changing);
}

TEST(WorkerTest, ManyCallsAreNotOneLongCall) {
  Recorder recorder;
  const WorkerEnd end =
      run(recorder,
          [](WorkerSide& side) -> std::string {
            for (int i = 0; i < 150; ++i) {
              const Watched call(&side, "nvmlDeviceGetMigMode");
              ::usleep(10'000);
            }
            return "done";
          },
          {.call = milliseconds(1000), .slow_call = kLong, .death = kLong, .kill = {}});
  EXPECT_EQ(end.how, How::kAnswered);
}

TEST(WorkerTest, ACrashIsNamedWithItsCall) {
  Recorder recorder;
  const WorkerEnd end = run(recorder, [](WorkerSide& side) -> std::string {
    const Watched call(&side, "nvmlDeviceGetName", "gpu 0");
    ::kill(::getpid(), SIGABRT);
    hang();
  });
  EXPECT_EQ(end.how, How::kCrashed);
  EXPECT_EQ(end.signal, SIGABRT);
  EXPECT_EQ(end.call.name, "nvmlDeviceGetName");
}

TEST(WorkerTest, WorkThatThrowsOrExitsIsLost) {
  Recorder recorder;
  EXPECT_EQ(run(recorder, [](WorkerSide&) -> std::string { throw std::runtime_error("no"); }).how,
            How::kLost);
  EXPECT_EQ(run(recorder, [](WorkerSide&) -> std::string { ::_exit(0); }).how, How::kLost);
}

TEST(WorkerTest, AnInterruptionEndsWhatChangesNothing) {
  Recorder recorder;
  const WorkerEnd end = run(recorder, [](WorkerSide&) -> std::string {
    ::kill(::getppid(), SIGINT);
    hang();
  });
  EXPECT_EQ(end.how, How::kInterrupted);
  EXPECT_EQ(end.signal, SIGINT);
  EXPECT_FALSE(end.changing);
  EXPECT_TRUE(recorder.stopped.empty());
}

TEST(WorkerTest, AChangeIsAskedToStopAndThenEnded) {
  Recorder recorder;
  const auto stoppable = [](WorkerSide& side) -> std::string {
    side.changing(true);
    ::kill(::getppid(), SIGTERM);
    while (!side.stop_asked()) {
      ::usleep(1000);
    }
    return "taken back";
  };
  const WorkerEnd end = run(recorder, stoppable);
  EXPECT_EQ(end.how, How::kAnswered);
  EXPECT_EQ(end.answer, "taken back");
  EXPECT_EQ(recorder.stopped, std::vector<int>{SIGTERM});
  const WorkerEnd stubborn = run(recorder, [&](WorkerSide& side) -> std::string {
    (void)stoppable(side);
    ::kill(::getppid(), SIGINT);
    hang();
  });
  EXPECT_EQ(stubborn.how, How::kInterrupted);
  EXPECT_EQ(stubborn.signal, SIGINT);
  EXPECT_TRUE(stubborn.changing);
}

// What reaches the whole process group, as from a terminal, is the parent's to decide.
TEST(WorkerTest, SignalsToTheWorkerAloneDoNotEndIt) {
  Recorder recorder;
  const WorkerEnd end = run(recorder, [](WorkerSide&) -> std::string {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      ::kill(::getpid(), signal);
    }
    return "still here";
  });
  EXPECT_EQ(end.answer, "still here");
}

TEST(WorkerTest, WhatDoesNotDieIsLeftBehind) {
  Recorder recorder;
  WorkerLimits limits = short_limits();
  limits.death = kShort;
  pid_t killed = -1;
  limits.kill = [&](pid_t child) { killed = child; };  // As a kernel that does not let it die.
  const WorkerEnd end = run(
      recorder,
      [](WorkerSide& side) -> std::string {
        const Watched call(&side, "nvmlGpuInstanceDestroy");
        hang();
      },
      limits);
  EXPECT_EQ(end.how, How::kHung);
  EXPECT_TRUE(end.left_behind);
  EXPECT_EQ(end.child, killed);
  ASSERT_EQ(::kill(killed, SIGKILL), 0);
  EXPECT_EQ(::waitpid(killed, nullptr, 0), killed);
}

// A service that the work started lives on, with our pipes.
TEST(WorkerTest, WhatTheWorkStartedIsNotWaitedFor) {
  Recorder recorder;
  const WorkerEnd end = run(recorder, [](WorkerSide&) -> std::string {
    const pid_t pid = ::fork();
    if (pid == 0) {
      hang();
    }
    return std::to_string(pid);
  });
  ASSERT_EQ(end.how, How::kAnswered);
  EXPECT_EQ(::kill(static_cast<pid_t>(std::stol(end.answer)), SIGKILL), 0);
}

TEST(WorkerMemoryTest, ShowsTheCallThatIsRunning) {
  WorkerMemory memory;
  EXPECT_EQ(memory.look().call.name, "");
  memory.enter("nvmlInit_v2", "");
  EXPECT_EQ(memory.look().call.name, "nvmlInit_v2");
  EXPECT_EQ(memory.look().call.subject, "");
  const std::uint64_t first = memory.look().serial;
  memory.enter(std::string(500, 'n'), std::string(500, 's'));  // Without leave(): another call.
  EXPECT_NE(memory.look().serial, first);
  EXPECT_EQ(memory.look().call.name, std::string(79, 'n'));
  EXPECT_EQ(memory.look().call.subject.substr(0, 60), std::string(60, 's'));
  memory.leave();
  EXPECT_EQ(memory.look().call.name, "");
  for (auto& word : memory.text) {  // A driver that writes everywhere.
    word.store(~std::uint64_t{0});
  }
  memory.serial.store(7);
  EXPECT_EQ(memory.look().call.name.size(), WorkerMemory::kWords * 8);
  EXPECT_EQ(memory.look().call.subject, "");
}

}  // namespace
}  // namespace sectile
