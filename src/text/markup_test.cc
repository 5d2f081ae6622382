#include "src/text/markup.h"

#include <gtest/gtest.h>

namespace sectile::internal {
namespace {

TEST(MarkupTest, EscapesWhatMeansSomethingBetweenTagsAndInQuotes) {
  EXPECT_EQ(markup("<a b=\"c\" d='e'> & f"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt; &amp; f");
}

TEST(MarkupTest, LetsNothingThroughThatIsNoText) {
  for (int c = 0; c < ' '; ++c) {
    EXPECT_EQ(markup(std::string(1, static_cast<char>(c))), "?") << c;
  }
  EXPECT_EQ(markup("\x7f"), "?");
  EXPECT_EQ(markup("a\xff\"b"), "a?&quot;b");
  EXPECT_EQ(markup("\u202e"), "?");  // Would turn round what follows.
  EXPECT_EQ(markup("ä €"), "ä €");
}

}  // namespace
}  // namespace sectile::internal
