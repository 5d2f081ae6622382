#include "src/text/decimal.h"

#include <gtest/gtest.h>

namespace sectile::internal {
namespace {

constexpr std::int64_t kMost = 1'000'000'000;

TEST(DecimalTest, ReadsIntoSmallUnits) {
  struct Case {
    std::string_view text;
    int digits;
    Round round;
    std::int64_t value;
  };
  for (const Case& c :
       {Case{"74.408", 6, Round::kDown, 74'408'000}, Case{"0.0125", 3, Round::kDown, 12},
        Case{"0.0125", 3, Round::kUp, 13}, Case{"0.0120", 3, Round::kUp, 12},
        Case{"007", 0, Round::kUp, 7}, Case{"1000", 6, Round::kUp, kMost},
        Case{"0", 6, Round::kUp, 0}, Case{"2.000000000000001", 3, Round::kUp, 2001}}) {
    const Result<std::int64_t> value = parse_decimal(c.text, c.digits, c.round, kMost);
    ASSERT_TRUE(value.has_value()) << c.text;
    EXPECT_EQ(*value, c.value) << c.text;
  }
}

TEST(DecimalTest, RefusesWhatIsNoPlainNumber) {
  for (const std::string_view text :
       {"", "-1", "+1", "nan", "NaN", "inf", "1e3", "1,5", "12ms", "12 ", " 12", ".5", "5.",
        "1.2.3", "0x10", "1001", "99999999999999999999999999", "-0"}) {
    EXPECT_FALSE(parse_decimal(text, 6, Round::kDown, kMost).has_value()) << text;
  }
}

TEST(DecimalTest, WritesWhatItReads) {
  EXPECT_EQ(write_decimal(74'408'000, 6), "74.408");
  EXPECT_EQ(write_decimal(12'000'000, 6), "12");
  EXPECT_EQ(write_decimal(5, 6), "0.000005");
  EXPECT_EQ(write_decimal(0, 3), "0");
  EXPECT_EQ(write_decimal(120, 0), "120");
}

}  // namespace
}  // namespace sectile::internal
