// Who makes a change: journal.h.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "sectile/apply/journal.h"
#include "src/apply/test_variable.h"

namespace sectile {
namespace {

TEST(AuthorTest, KnowsThisProcess) {
  const Author author = this_process();
  EXPECT_EQ(author.uid, getuid());
  EXPECT_EQ(author.pid, static_cast<std::uint32_t>(getpid()));
  EXPECT_NE(author.command.find("apply_test"), std::string::npos);
  EXPECT_FALSE(author.boot.empty());
  EXPECT_EQ(author, this_process());
}

TEST(AuthorTest, AProcessRunsUntilItsPidIsAnothers) {
  Author author = this_process();
  EXPECT_TRUE(is_running(author));
  author.process_start -= 1;
  EXPECT_FALSE(is_running(author));
  author = this_process();
  author.boot = "another boot";
  EXPECT_FALSE(is_running(author));
  author = this_process();
  author.pid = 0;
  author.process_start = 0;
  EXPECT_FALSE(is_running(author));
}

// A process that ended, and whose parent has not asked how, does not run.
TEST(AuthorTest, WhatOnlyWaitsToBeReapedDoesNotRun) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    pause();
    _exit(0);
  }
  Author author = this_process();
  author.pid = static_cast<std::uint32_t>(child);
  std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) {
    fields >> field;
  }
  author.process_start = std::stoull(field);
  EXPECT_TRUE(is_running(author));
  kill(child, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(is_running(author));
  waitpid(child, nullptr, 0);
}

TEST(AuthorTest, SudoIsBelievedOfRootOnly) {
  {
    const TestVariable sudo("SUDO_USER", "ali\x1b[2Jce");
    EXPECT_EQ(this_process().sudo_user, getuid() == 0 ? "ali?[2Jce" : "");
  }
  EXPECT_EQ(this_process().sudo_user, "");
}

}  // namespace
}  // namespace sectile
