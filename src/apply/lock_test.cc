#include "sectile/apply/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

class LockTest : public testing::Test {
 protected:
  std::string contents() const { return folder_.read("lock"); }

  ScratchFolder folder_;
};

TEST_F(LockTest, OneAtATime) {
  const std::string state = folder_.path() / "deep" / "state";
  std::optional<NodeLock> first = NodeLock::acquire(state).value();
  const Result<NodeLock> second = NodeLock::acquire(state);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  first.reset();
  EXPECT_TRUE(NodeLock::acquire(state));
}

TEST_F(LockTest, TheFileSaysWhoHoldsItAndSinceWhen) {
  const NodeLock lock = NodeLock::acquire(folder_.path()).value();
  EXPECT_THAT(contents(),
              testing::MatchesRegex(std::to_string(getpid()) +
                                    "\n[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z\n.*apply_test.*\n"));
}

TEST_F(LockTest, TheSecondIsToldAboutTheFirst) {
  const NodeLock lock = NodeLock::acquire(folder_.path()).value();
  const std::string message = NodeLock::acquire(folder_.path()).error().message;
  EXPECT_NE(message.find("pid " + std::to_string(getpid()) + " ("), std::string::npos) << message;
  EXPECT_NE(message.find("apply_test"), std::string::npos) << message;
  EXPECT_NE(message.find(") since 2"), std::string::npos) << message;
}

// Runs a child that takes the lock, and waits until it has it.
pid_t child_with_lock(const std::string& folder) {
  int ready[2];
  EXPECT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Result<NodeLock> lock = NodeLock::acquire(folder);
    const char outcome = lock ? 'y' : 'n';
    static_cast<void>(!write(ready[1], &outcome, 1));
    pause();
    _exit(0);
  }
  char outcome = '?';
  EXPECT_EQ(read(ready[0], &outcome, 1), 1);
  EXPECT_EQ(outcome, 'y');
  close(ready[0]);
  close(ready[1]);
  return child;
}

TEST_F(LockTest, AProcessThatDiesLeavesNoLockBehind) {
  const pid_t child = child_with_lock(folder_.path());
  const Result<NodeLock> refused = NodeLock::acquire(folder_.path());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("pid " + std::to_string(child)), std::string::npos);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_NE(contents().find(std::to_string(child)), std::string::npos);  // Stale, and no obstacle.
  EXPECT_TRUE(NodeLock::acquire(folder_.path()));
}

TEST_F(LockTest, HostileContentsAreQuotedHarmlessly) {
  struct Case {
    std::string contents;
    const char* said;
  };
  const NodeLock lock = NodeLock::acquire(folder_.path()).value();
  for (const Case& one : {Case{"", "another process"}, Case{"12\x1b[2J\n", "another process"},
                          Case{std::string(100000, '9'), "pid 9999999999 () since "},
                          Case{"7\n2026\x07\nrm\x1b]0;x\n", "pid 7 (rm?]0;x) since 2026?"},
                          Case{std::string("\0\0\0", 3), "another process"}}) {
    folder_.write("lock", one.contents);
    const std::string message = NodeLock::acquire(folder_.path()).error().message;
    EXPECT_EQ(message, std::string("the node is being changed by ") + one.said);
  }
}

TEST_F(LockTest, WhatIsNoFileIsNotUsed) {
  std::filesystem::create_symlink("/etc/passwd", folder_.path() / "lock");
  EXPECT_EQ(NodeLock::acquire(folder_.path()).error().code, ErrorCode::kFailed);
  std::filesystem::remove(folder_.path() / "lock");
  ASSERT_EQ(mkfifo((folder_.path() / "lock").c_str(), 0600), 0);
  EXPECT_EQ(NodeLock::acquire(folder_.path()).error().code, ErrorCode::kFailed);
  std::filesystem::remove(folder_.path() / "lock");
  folder_.write("file", "");
  EXPECT_EQ(NodeLock::acquire(folder_.path() / "file").error().code, ErrorCode::kFailed);
}

TEST_F(LockTest, TheEnvironmentNamesTheDirectory) {
  const TestVariable state("SECTILE_STATE_DIR", folder_.path().string());
  EXPECT_TRUE(NodeLock::acquire());
  EXPECT_FALSE(contents().empty());
}

TEST_F(LockTest, MovingKeepsTheLock) {
  NodeLock first = NodeLock::acquire(folder_.path()).value();
  const NodeLock second = std::move(first);
  EXPECT_FALSE(NodeLock::acquire(folder_.path()));
}

}  // namespace
}  // namespace sectile
