#include "sectile/apply/program.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

Program shell(const std::string& script) {
  return {.words = {"sh", "-c", script}, .environment = std::nullopt, .directory = {}};
}

TEST(ProgramTest, GivesStatusAndEverythingThatWasSaid) {
  const ProgramEnd end = run_program(shell("echo out; echo err >&2; exit 3")).value();
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(end.output, "out\nerr\n");
  EXPECT_EQ(run_program(shell("kill -9 $$"))->status, 128 + SIGKILL);
}

TEST(ProgramTest, PassesWordsAsTheyAre) {
  Program program = shell("printf '[%s]' \"$@\"");
  program.words.insert(program.words.end(), {"zero", "a b", "", "$HOME;*", "\"'"});
  EXPECT_EQ(run_program(program)->output, "[a b][][$HOME;*][\"']");
}

TEST(ProgramTest, GivesNothingOfOurEnvironmentThatWasNotAskedFor) {
  const TestVariable ours("PROGRAM_TEST", "ours");
  EXPECT_EQ(run_program(shell("echo $PROGRAM_TEST"))->output, "ours\n");
  Program program{.words = {"env"}, .environment = {{{"A", "1"}, {"B", "x=y"}}}, .directory = {}};
  EXPECT_EQ(run_program(program)->output, "A=1\nB=x=y\n");
  program.environment->clear();
  EXPECT_EQ(run_program(program)->output, "");
}

TEST(ProgramTest, RunsWhereItIsAskedTo) {
  Program program = shell("pwd");
  program.directory = "/";
  EXPECT_EQ(run_program(program)->output, "/\n");
  program.directory = "/no/such/directory";
  EXPECT_EQ(run_program(program).error().code, ErrorCode::kUnavailable);
}

TEST(ProgramTest, SaysThatAProgramIsNotThere) {
  const auto end = run_program({.words = {"no-such-program"}, .environment = {}, .directory = {}});
  EXPECT_EQ(end.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(end.error().message, HasSubstr("'no-such-program': No such file"));
}

bool is_running(pid_t pid) {
  std::string state = "Z";
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string skipped;
  stat >> skipped >> skipped >> state;
  return state != "Z";
}

TEST(ProgramTest, EndsWhatDoesNotEndWithAllItStarted) {
  const ScratchFolder folder;
  const std::string path = folder.path() / "sleeper";
  // The shell's child would otherwise hold the pipe for a minute.
  Program program = shell("echo begun; sleep 60 & echo $! > " + path + "; wait");
  program.limit = milliseconds(200);
  const auto begin = steady_clock::now();
  const auto end = run_program(program);
  EXPECT_LT(steady_clock::now() - begin, milliseconds(15'000));
  EXPECT_EQ(end.error().code, ErrorCode::kFailed);
  EXPECT_THAT(end.error().message, HasSubstr("did not end within 0 s and was stopped: begun"));
  pid_t sleeper = 0;
  std::ifstream(path) >> sleeper;
  ASSERT_GT(sleeper, 1);
  // What was killed may take a moment to die. Then it is gone, or a zombie that whoever inherited
  // it has not looked at yet.
  while (is_running(sleeper) && steady_clock::now() - begin < milliseconds(15'000)) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_FALSE(is_running(sleeper));
}

TEST(ProgramTest, EndsEvenWhatDoesNotWantTo) {
  Program program = shell("trap '' TERM; while :; do sleep 0.05; done");
  program.limit = milliseconds(100);
  EXPECT_EQ(run_program(program).error().code, ErrorCode::kFailed);
}

TEST(ProgramTest, DoesNotWaitForWhatStaysInTheBackground) {
  const auto begin = steady_clock::now();
  const ProgramEnd end = run_program(shell("sleep 20 & echo done")).value();
  EXPECT_LT(steady_clock::now() - begin, milliseconds(10'000));
  EXPECT_EQ(end.output, "done\n");
}

TEST(ProgramTest, WaitsForWhatClosesItsOutput) {
  const ProgramEnd end = run_program(shell("exec >&- 2>&-; sleep 0.2; exit 5")).value();
  EXPECT_EQ(end.status, 5);
}

TEST(ProgramTest, KeepsTheEndOfLongOutput) {
  const ProgramEnd end =
      run_program(
          shell("i=0; while [ $i -lt 20000 ]; do echo 123456789; i=$((i+1)); done; echo end"))
          .value();
  EXPECT_EQ(end.output.size(), kProgramOutputMax);
  EXPECT_TRUE(end.output.ends_with("123456789\nend\n"));
}

TEST(ProgramTest, PassesOnNoDescriptorSignalOrInput) {
  // Without O_CLOEXEC, as a foreign library might.
  const int ours = ::fcntl(STDIN_FILENO, F_DUPFD, 77);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto output = [](std::vector<std::string> words) {
    return run_program({.words = std::move(words), .environment = {}, .directory = {}})->output;
  };
  const std::string descriptors = output({"ls", "/proc/self/fd"});
  const std::string signals = output({"grep", "-E", "SigBlk|SigIgn", "/proc/self/status"});
  const std::string input = output({"wc", "-c"});
  (void)std::signal(SIGPIPE, SIG_DFL);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(ours);
  EXPECT_EQ(descriptors, "0\n1\n2\n3\n");  // The last is that of the directory.
  EXPECT_THAT(signals, HasSubstr("SigBlk:\t0000000000000000"));
  // Real-time signals belong to the C library.
  EXPECT_THAT(signals, testing::ContainsRegex("SigIgn:\t[0-9a-f]{8}[08]0000000"));
  EXPECT_EQ(input, "0\n");
}

TEST(ProgramTest, HasAStatusEvenIfOurParentIgnoresChildren) {
  (void)std::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(run_program(shell("exit 4"))->status, 4);
  (void)std::signal(SIGCHLD, SIG_DFL);
}

TEST(ProgramTest, SuccessIsStatusZero) {
  EXPECT_EQ(run_to_success(shell("echo fine")).value(), "fine\n");
  const Error error = run_to_success(shell("echo broken; exit 2")).error();
  EXPECT_EQ(error.code, ErrorCode::kFailed);
  EXPECT_EQ(error.message, "'sh -c echo broken; exit 2' failed with status 2: broken");
}

}  // namespace
}  // namespace sectile
