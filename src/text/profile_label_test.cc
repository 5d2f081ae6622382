#include "src/text/profile_label.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile::internal {
namespace {

TEST(ProfileLabelTest, TakesALabelApart) {
  const ProfileLabel label = parse_profile_label("1c.2g.20gb+me").value_or(ProfileLabel());
  EXPECT_EQ(label.compute, 1);
  EXPECT_EQ(label.slices, 2);
  EXPECT_EQ(label.gigabytes, 20);
  EXPECT_EQ(label.attributes, "+me");
  EXPECT_EQ(label.instance(), "2g.20gb+me");
}

TEST(ProfileLabelTest, AShortLabelHasNoMemory) {
  const ProfileLabel label = parse_profile_label("3g").value_or(ProfileLabel());
  EXPECT_FALSE(label.gigabytes);
  EXPECT_EQ(label.instance(), "3g");
  EXPECT_FALSE(is_full_label("3g"));
}

TEST(ProfileLabelTest, AcceptsTheFormWhetherOrNotAGpuHasIt) {
  for (const char* text : {"1g.5gb", "1c.1g.5gb", "1g.5gb+me", "1c.1g.5gb+me", "0g.0gb",
                           "0c.0g.0gb", "10000g.500000gb", "1g.24gb+me.all", "1g.24gb-me",
                           "2g.48gb+gfx", "1g.5gb+me,you,them", "1g.5gb+Me2", "4g.96gb+gfx-me"}) {
    EXPECT_TRUE(is_full_label(text)) << text;
  }
}

TEST(ProfileLabelTest, RefusesEverythingElse) {
  for (const char* text :
       {"",           " 1c.1g.5gb",    "1 c.1g.5gb", "1c .1g.5gb",   "1c. 1g.5gb",
        "1c.1 g.5gb", "1c.1g .5gb",    "1c.1g. 5gb", "1c.1g.5 gb",   "1c.1g.5g b",
        "1c.1g.5gb ", "1c . 1g . 5gb", "1c.f1g.5gb", "1r.1g.5gb",    "1g.5gbk",
        "1g.5",       "g.5gb",         "1g.gb",      "1g.5gb+me,me", "1g.5gb+",
        "1g.5gb+ ",   "1g.5gb+,",      "1g.5gb+,,",  "1g.5gb+me,",   "1g.5gb+me, ",
        "1g.5gb+2me", "1g.5gb*me",     "1g.5gb+me.", "1g.5gb+.me",   "1g.5gb+me..all",
        "1g.5gb,me",  "1g.5gb+me-me",  "bogus",      "1G.5GB",       "-1g.5gb",
        "+1g.5gb",    "01g.5gb",       "1g.05gb",    "1000000g.5gb", "1c.",
        "1c"}) {
    EXPECT_FALSE(is_full_label(text)) << text;
  }
  EXPECT_FALSE(is_full_label("1g.5gb+" + std::string(100, 'a')));
}

}  // namespace
}  // namespace sectile::internal
