#include "src/cli/style.h"

#include <gtest/gtest.h>

namespace sectile::cli {
namespace {

TEST(StyleTest, BelievesTheFirstLocaleVariableThatIsSet) {
  EXPECT_TRUE(prints_utf8(nullptr, nullptr, "en_GB.UTF-8"));
  EXPECT_TRUE(prints_utf8(nullptr, "C.utf8", "C"));
  EXPECT_TRUE(prints_utf8("", "", "de_DE.UTF-8"));
  EXPECT_FALSE(prints_utf8("C", "en_GB.UTF-8", "en_GB.UTF-8"));
  EXPECT_FALSE(prints_utf8(nullptr, nullptr, "de_DE.ISO-8859-1"));
  EXPECT_FALSE(prints_utf8(nullptr, nullptr, "POSIX"));
}

TEST(StyleTest, AssumesUtf8IfNothingIsSet) {
  EXPECT_TRUE(prints_utf8(nullptr, nullptr, nullptr));
  EXPECT_TRUE(prints_utf8("", "", ""));
}

}  // namespace
}  // namespace sectile::cli
