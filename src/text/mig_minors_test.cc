#include "sectile/text/mig_minors.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

std::string error_of(std::string_view text) {
  const Result<MigMinors> minors = parse_mig_minors(text);
  return minors ? "" : minors.error().message;
}

// As seen on an A100.
TEST(MigMinorsTest, FindsInstances) {
  const MigMinors minors = parse_mig_minors(
                               "config 1\nmonitor 2\ngpu0/gi1/access 12\ngpu0/gi1/ci0/access 13\n"
                               "gpu0/gi2/access 21\ngpu0/gi2/ci0/access 22\ngpu12/gi3/access 30")
                               .value();
  EXPECT_EQ(minors.size(), 5U);
  EXPECT_EQ(minors.find(0, 1), 12U);
  EXPECT_EQ(minors.find(0, 1, 0), 13U);
  EXPECT_EQ(minors.find(0, 2, 0), 22U);
  EXPECT_EQ(minors.find(12, 3), 30U);
  EXPECT_EQ(minors.find(12, 3, 0), std::nullopt);
  EXPECT_EQ(minors.find(1, 1), std::nullopt);
}

TEST(MigMinorsTest, PassesOverWhatNamesNoInstance) {
  for (const char* line :
       {"", "\n\n", "config", "gpu0/access 4", "gpu/gi1/access 4", "gpu0/gi1/mode 4",
        "gpu0/gi1/ci0 4", "gpu0/gix/access 4", "gpu99999999/gi1/access 4",
        "gpu0/gi1/ci0/access/more 4", "gpu0/gi1 4"}) {
    const Result<MigMinors> minors = parse_mig_minors(line);
    ASSERT_TRUE(minors) << line;
    EXPECT_EQ(minors->size(), 0U) << line;
  }
}

TEST(MigMinorsTest, SaysWhichLineIsWrong) {
  EXPECT_EQ(error_of("config 1\ngpu0/gi1/access x"),
            "mig-minors:2: 'gpu0/gi1/access x' does not end with a minor number");
  EXPECT_NE(error_of("gpu0/gi1/access"), "");
  EXPECT_NE(error_of("gpu0/gi1/access -1"), "");
  EXPECT_NE(error_of("gpu0/gi1/access 1 2"), "");
  EXPECT_NE(error_of("gpu0/gi1/access 4294967296"), "");
  EXPECT_EQ(error_of("gpu0/gi1/access 4\ngpu0/gi1/access 5"),
            "mig-minors:2: 'gpu0/gi1/access 5' is there twice");
  EXPECT_NE(error_of(std::string(kMaxMigMinorsBytes + 1, '\n')), "");
  EXPECT_EQ(error_of(std::string(kMaxMigMinorsBytes, '\n')), "");
}

}  // namespace
}  // namespace sectile
