#include "sectile/text/want_notation.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

std::string round_trip(std::string_view text) {
  const Result<std::vector<Want>> wants = parse_wants(text);
  return wants ? to_string(*wants) : "error: " + wants.error().message;
}

Want need(int count, int mib, int compute = 0, bool graphics = false) {
  return {.count = count,
          .what = ByNeed{.memory_min = {mib}, .compute_min = compute, .graphics = graphics},
          .name = {}};
}

TEST(WantNotationTest, ReadsLabelsAndNeeds) {
  EXPECT_EQ(parse_want("2x3g.40gb").value(),
            (Want{.count = 2, .what = ByProfile{.label = "3g.40gb"}, .name = {}}));
  EXPECT_EQ(parse_want("whole").value(),
            (Want{.count = 1, .what = ByProfile{.label = "whole"}, .name = {}}));
  EXPECT_EQ(parse_want("14x>=9GiB").value(), need(14, 9216));
  EXPECT_EQ(parse_want("2x>=39GiB/3c").value(), need(2, 39936, 3));
  EXPECT_EQ(parse_want(">=9728MiB").value(), need(1, 9728));
  EXPECT_EQ(parse_want(">=3c").value(), need(1, 0, 3));
  EXPECT_EQ(parse_want(">=9GiB/1c/gfx").value(), need(1, 9216, 1, true));
  EXPECT_EQ(parse_want("train-a=2x3g").value().name, "train-a");
}

TEST(WantNotationTest, PrintsTheCanonicalForm) {
  EXPECT_EQ(round_trip("2x3g.40gb,1x1g.10gb"), "2x3g.40gb,1x1g.10gb");
  EXPECT_EQ(round_trip(" 2x 3g.40gb ,\t1g.10gb+me "), "2x3g.40gb,1x1g.10gb+me");
  EXPECT_EQ(round_trip("14x >=9GiB, 2x >=39GiB, 2x whole"), "14x>=9GiB,2x>=39GiB,2xwhole");
  EXPECT_EQ(round_trip("x = 1c.3g.40gb"), "x=1x1c.3g.40gb");
  EXPECT_EQ(round_trip("a=>=gfx/3c/1024MiB"), "a=1x>=1GiB/3c/gfx");
  EXPECT_EQ(round_trip("1000x3g"), "1000x3g");
}

TEST(WantNotationTest, RefusesWhatIsNone) {
  for (const char* text : {"",
                           ",",
                           "3g,",
                           "0x3g",
                           "-1x3g",
                           "1001x3g",
                           "02x3g",
                           "2x",
                           "x3g",
                           "2*3g",
                           "3g.40",
                           "3 g",
                           "2 x3g",
                           ">=",
                           ">=9",
                           ">=9GB",
                           ">=0GiB",
                           ">=0c",
                           ">=65c",
                           ">=-1GiB",
                           ">=1.5GiB",
                           ">=9GiB/9GiB",
                           ">=3c/3c",
                           ">=gfx",
                           ">=9GiB/gfx/gfx",
                           ">=9GiB/",
                           ">9GiB",
                           "=3g",
                           "a b=3g",
                           "a=b=3g",
                           "\xC3\xA4=3g",
                           ">=99999999999GiB",
                           ">=1048577GiB",
                           "Whole",
                           "3G.40GB"}) {
    const Result<std::vector<Want>> wants = parse_wants(text);
    ASSERT_FALSE(wants) << text;
    EXPECT_EQ(wants.error().code, ErrorCode::kInvalidArgument) << text;
  }
}

TEST(WantNotationTest, GigabytesAreRefusedWithTheReason) {
  const Error error = parse_want("2x>=20GB").error();
  EXPECT_EQ(error.message, "'20GB' is no amount of memory");
  EXPECT_NE(error.next.find("GB of a profile's name is a label"), std::string::npos);
  EXPECT_EQ(parse_memory("1.5GiB").error().next.find("label"), std::string::npos);
}

TEST(WantNotationTest, LimitsAreTheLargestThatIsRead) {
  EXPECT_EQ(parse_memory("1048576GiB").value(), (MiB{1 << 30}));
  EXPECT_EQ(parse_memory("1073741824MiB").value(), (MiB{1 << 30}));
  EXPECT_FALSE(parse_memory("1073741825MiB"));
  std::string many = "3g";
  for (std::size_t i = 1; i < kMaxWants; ++i) {
    many += ",3g";
  }
  EXPECT_TRUE(parse_wants(many));
  EXPECT_EQ(parse_wants(many + ",3g").error().message, "more than 256 wants");
  EXPECT_FALSE(parse_wants(std::string(1 << 20, ' ')));
  EXPECT_TRUE(parse_want(std::string(64, 'n') + "=3g"));
  EXPECT_FALSE(parse_want(std::string(65, 'n') + "=3g"));
}

TEST(WantNotationTest, MemoryPrintsInTheLargestWholeUnit) {
  EXPECT_EQ(to_string(MiB{9216}), "9GiB");
  EXPECT_EQ(to_string(MiB{9728}), "9728MiB");
}

}  // namespace
}  // namespace sectile
