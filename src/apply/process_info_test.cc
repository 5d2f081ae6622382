#include "src/apply/process_info.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "src/base/surely.h"

namespace sectile {
namespace {

const std::string kFields = " 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 100 200";

TEST(ProcessInfoTest, TheNameMayHoldAnything) {
  const ProcessStat stat = surely(parse_stat("41 (a) R (b)) S 7 41 41" + kFields));
  EXPECT_EQ(stat.name, "a) R (b)");
  EXPECT_EQ(stat.state, 'S');
  EXPECT_EQ(stat.parent, 7U);
  EXPECT_EQ(stat.start_time, 987654U);
}

TEST(ProcessInfoTest, BrokenLinesAreNoProcess) {
  for (const std::string text :
       {"", "41", "41 (a", "41 )a( S 1", "41 (a) ", "41 (a) S 7 41 41 0"}) {
    EXPECT_FALSE(parse_stat(text)) << text;
  }
  EXPECT_FALSE(parse_stat("41 (a) S 7 41 41 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 soon 100"));
}

TEST(ProcessInfoTest, TheUserIsTheRealOne) {
  EXPECT_EQ(parse_uid("Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t5"), 1000U);
  EXPECT_EQ(parse_uid("Name:\tUid:\nUid:\t4294967295\t0"), UINT32_MAX);
  EXPECT_FALSE(parse_uid("Uid:\tnobody"));
  EXPECT_FALSE(parse_uid("Uid:\t4294967296\t"));
  EXPECT_FALSE(parse_uid(""));
}

TEST(ProcessInfoTest, ThisProcessKnowsItself) {
  const auto pid = static_cast<std::uint32_t>(getpid());
  const ProcessInfo self = surely(read_process("/proc", pid));
  EXPECT_EQ(self.parent, static_cast<std::uint32_t>(getppid()));
  EXPECT_EQ(self.uid, getuid());
  EXPECT_NE(self.command.find("apply_test"), std::string::npos) << self.command;
  EXPECT_FALSE(self.words.empty());
  EXPECT_EQ(self.start_time, surely(read_stat("/proc", pid)).start_time);
  EXPECT_GT(boot_time("/proc"), 1000000000);
}

TEST(ProcessInfoTest, WhoHasEndedIsSeenUntilItsParentTakesNote) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(surely(read_process("/proc", static_cast<std::uint32_t>(child))).state, 'Z');
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(read_process("/proc", static_cast<std::uint32_t>(child)));
}

TEST(ProcessInfoTest, UsersWithoutANameAreNumbers) {
  EXPECT_EQ(user_name(0), "root");
  EXPECT_EQ(user_name(4123456789U), "4123456789");
}

}  // namespace
}  // namespace sectile
