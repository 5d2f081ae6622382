#include "src/text/glyphs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile::internal {
namespace {

TEST(GlyphsTest, CleanKeepsWhatCanBeSeen) {
  for (const char* text : {"", "plain text ~", "jos\xc3\xa9", "\xe5\xbc\xa0", "\xf0\x9f\x9a\x80",
                           "\xf0\x90\x80\x80", "\xd0\x96", "\xe0\xa4\x85"}) {
    EXPECT_EQ(clean(text), text);
  }
}

TEST(GlyphsTest, CleanReplacesWhatHidesOrCommands) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a\nb\tc", "a?b?c"},
      {"\x1b[31m", "?[31m"},
      {std::string("\0", 1), "?"},
      {"\x7f", "?"},
      {"\xc2\x9b", "?"},             // C1: CSI.
      {"\xe2\x80\xae", "?"},         // Right-to-left override.
      {"\xe2\x80\x8b", "?"},         // Zero-width space.
      {"\xef\xbb\xbf", "?"},         // Byte order mark.
      {"\xef\xbf\xbf", "?"},         // Not in XML.
      {"\xff", "?"},                 // No UTF-8.
      {"\xc3", "?"},                 // Cut short.
      {"\xc3(", "?("},               // Not continued.
      {"\xc0\xaf", "??"},            // Overlong.
      {"\xe0\x80\xaf", "???"},       // Overlong.
      {"\xed\xa0\x80", "?"},         // Surrogate.
      {"\xf0\x80\x80\xaf", "????"},  // Overlong.
      {"\xf4\x90\x80\x80", "????"},  // Above U+10FFFF.
      {"\xf8\x88\x80\x80\x80", "?????"},
      {"e\xcc\x81", "e"},  // A combining mark goes.
  };
  for (const auto& [hostile, expected] : cases) {
    EXPECT_EQ(clean(hostile), expected);
  }
}

TEST(GlyphsTest, EveryByteAloneIsOneAsciiCharacter) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string shown = clean(std::string(1, static_cast<char>(byte)));
    const bool visible = byte >= 0x20 && byte < 0x7F;
    EXPECT_EQ(shown, visible ? std::string(1, static_cast<char>(byte)) : "?");
  }
}

TEST(GlyphsTest, AsciiHasQuestionMarksForTheRest) {
  EXPECT_EQ(clean("jos\xc3\xa9 \xe5\xbc\xa0", false), "jos? ?");
}

TEST(GlyphsTest, ColumnsCountWideCharactersTwice) {
  EXPECT_EQ(columns("abc"), 3);
  EXPECT_EQ(columns("\xe5\xbc\xa0"), 2);
  EXPECT_EQ(columns("e\xcc\x81"), 1);
  EXPECT_EQ(columns("\x1b"), 1);
}

TEST(GlyphsTest, ShortenEndsInAnEllipsisWhereItCuts) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdef", 5), "abcd…");
  EXPECT_EQ(shorten("abcdef", 5, false), "abc..");
  EXPECT_EQ(shorten("abcdef", 2), "a…");
  EXPECT_EQ(shorten("abcdef", 1), ".");
  EXPECT_EQ(shorten("abcdef", 2, false), "..");
  EXPECT_EQ(shorten("abcdef", 0), "");
  EXPECT_EQ(shorten("abcdef", -1), "");
  EXPECT_EQ(shorten("\xe5\xbc\xa0\xe5\xbc\xa0", 3), "\xe5\xbc\xa0…");
  EXPECT_EQ(shorten("\xe5\xbc\xa0\xe5\xbc\xa0\xe5\xbc\xa0", 4), "\xe5\xbc\xa0…");
}

TEST(GlyphsTest, PaddingFillsColumnsAndNeverCuts) {
  EXPECT_EQ(pad_right("ab", 4), "ab  ");
  EXPECT_EQ(pad_left("ab", 4), "  ab");
  EXPECT_EQ(pad_left("\xe5\xbc\xa0", 4), "  \xe5\xbc\xa0");
  EXPECT_EQ(pad_right("abcd", 2), "abcd");
}

TEST(GlyphsTest, WrapBreaksAtSpaces) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(wrap("a bc def", 4), (Words{"a bc", "def"}));
  EXPECT_EQ(wrap("  a   b  ", 10), (Words{"a b"}));
  EXPECT_EQ(wrap("toolong a", 3), (Words{"toolong", "a"}));
  EXPECT_EQ(wrap("", 3), Words{});
}

TEST(GlyphsTest, WrapKeepsPartsTogetherWhereTheyFit) {
  const std::vector<std::string> parts = {"1x a", "or 2x b", "or 3x long name"};
  using Words = std::vector<std::string>;
  EXPECT_EQ(wrap(parts, 12), (Words{"1x a or 2x b", "or 3x long", "name"}));
  EXPECT_EQ(wrap(parts, 11), (Words{"1x a", "or 2x b", "or 3x long", "name"}));
}

}  // namespace
}  // namespace sectile::internal
