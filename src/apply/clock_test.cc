#include "sectile/apply/clock.h"

#include <gtest/gtest.h>

namespace sectile {
namespace {

TEST(ClockTest, TimesAreUtcToTheSecond) {
  EXPECT_EQ(to_text(Time(std::chrono::milliseconds(0))), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_text(Time(std::chrono::milliseconds(1'772'366'400'999))), "2026-03-01T12:00:00Z");
  EXPECT_EQ(to_text(Time(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59Z");
}

TEST(ClockTest, TheSystemsClockGoesForward) {
  const Time before = system_clock().now();
  system_clock().sleep(std::chrono::milliseconds(0));
  EXPECT_GE(system_clock().now(), before);
}

}  // namespace
}  // namespace sectile
