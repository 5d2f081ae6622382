#include "src/device/text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sectile {
namespace {

TEST(TextTest, PrintableKeepsAsciiAndReplacesTheRest) {
  EXPECT_EQ(printable(" ~aZ09"), " ~aZ09");
  EXPECT_EQ(printable("a\x1b[31m\x7f\n\xc3\xa4"), "a?[31m????");
  EXPECT_EQ(printable("abcdef", 3), "abc");
  EXPECT_EQ(printable(""), "");
}

TEST(TextTest, BufferTextStopsAtTheTerminatorOrAtTheEnd) {
  EXPECT_EQ(buffer_text("abc\0def"), "abc");
  char unterminated[5];
  std::ranges::fill(unterminated, 'x');
  EXPECT_EQ(buffer_text(unterminated), "xxxxx");
}

}  // namespace
}  // namespace sectile
