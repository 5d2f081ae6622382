#include "src/cli/duration.h"

#include <gtest/gtest.h>

namespace sectile::cli {
namespace {

using std::chrono::seconds;

TEST(DurationTest, Accepts) {
  for (const auto& [text, expected] :
       std::initializer_list<std::pair<const char*, int>>{{"90s", 90},
                                                          {"30m", 1800},
                                                          {"2h", 7200},
                                                          {"1h30m", 5400},
                                                          {"0s", 0},
                                                          {"1d2h", 93600},
                                                          {"30d", 2592000}}) {
    EXPECT_EQ(parse_duration(text, "wait").value(), seconds(expected)) << text;
  }
}

TEST(DurationTest, Refuses) {
  for (const char* text : {"", "30", "m", "-5m", "30m1h", "1h1h", "1.5h", "31d", "30d1s", " 5m",
                           "5m ", "5 m", "5min", "99999999999999999999h", "0x5m"}) {
    const auto parsed = parse_duration(text, "wait");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(parsed.error().message.find("--wait"), std::string::npos);
  }
}

TEST(DurationTest, PrintsWhatItReads) {
  for (const char* text : {"1m30s", "30m", "2h", "1h30m", "0s", "1d2h3m4s"}) {
    EXPECT_EQ(duration_text(parse_duration(text, "wait").value()), text);
  }
}

}  // namespace
}  // namespace sectile::cli
