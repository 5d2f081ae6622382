// Who makes a change: journal.h.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "sectile/apply/journal.h"

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

TEST(AuthorTest, SudoIsBelievedOfRootOnly) {
  setenv("SUDO_USER", "ali\x1b[2Jce", 1);
  EXPECT_EQ(this_process().sudo_user, getuid() == 0 ? "ali?[2Jce" : "");
  unsetenv("SUDO_USER");
  EXPECT_EQ(this_process().sudo_user, "");
}

}  // namespace
}  // namespace sectile
