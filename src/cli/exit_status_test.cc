#include "src/cli/exit_status.h"

#include <gtest/gtest.h>

#include <set>

namespace sectile::cli {
namespace {

using enum ErrorCode;

constexpr ErrorCode kCodes[] = {kInvalidArgument, kUnsatisfiable, kBusy,       kStale, kUnavailable,
                                kPermission,      kNotRestored,   kRolledBack, kFailed};

TEST(ExitStatusTest, GivesEachCodeItsOwnAndNoneSuccess) {
  std::set<int> seen;
  for (const ErrorCode code : kCodes) {
    EXPECT_TRUE(seen.insert(exit_status(code)).second) << exit_status(code);
  }
  EXPECT_EQ(*seen.begin(), 1);
  EXPECT_EQ(*seen.rbegin(), 9);
  EXPECT_EQ(exit_status(kInvalidArgument), 2);
  EXPECT_EQ(exit_status(kRolledBack), 9);
}

TEST(ErrorTextTest, SaysWhatIsWrongAndWhatToDo) {
  EXPECT_EQ(to_text({kBusy, "gpu 0 is in use"}), "sectile: gpu 0 is in use\n");
  EXPECT_EQ(to_text({kBusy, "gpu 0 is in use", "stop pid 7"}),
            "sectile: gpu 0 is in use\n  next: stop pid 7\n");
}

TEST(ErrorTextTest, DefusesWhatCouldSteerATerminal) {
  EXPECT_EQ(to_text({kFailed, "no file '\x1b[31m\x07\t\x7f'"}),
            "sectile: no file '\\x1b[31m\\x07\\x09\\x7f'\n");
  EXPECT_EQ(printable("a\nb äöü 中"), "a\nb äöü 中");
}

}  // namespace
}  // namespace sectile::cli
