#include "src/text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile::internal {
namespace {

TEST(Utf8Test, AcceptsWhatIsWellFormed) {
  for (const char* text :
       {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xF4\x8F\xBF\xBF", "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}) {
    EXPECT_EQ(first_invalid_utf8(text), std::string_view::npos) << text;
  }
}

TEST(Utf8Test, NamesTheFirstByteThatIsNot) {
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF",
                          "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_EQ(first_invalid_utf8("ab" + std::string(bad)), 2U) << bad;
  }
}

TEST(Utf8Test, PrintableReplacesControlsAndCutsWhatIsLong) {
  EXPECT_EQ(printable("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(printable("a\x1B[31mb\n\x7F"), "a?[31mb??");
  EXPECT_EQ(printable("\xC2\x9B!"), "?!");  // The one-byte escape of C1.
  EXPECT_EQ(printable("\xFFx\xE2\x82"), "?x??");
  EXPECT_EQ(printable(std::string(80, 'a')), std::string(80, 'a'));
  EXPECT_EQ(printable(std::string(81, 'a')), std::string(80, 'a') + "...");
}

}  // namespace
}  // namespace sectile::internal
