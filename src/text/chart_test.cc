#include "src/text/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sectile::internal {
namespace {

using testing::HasSubstr;
using testing::Not;

int occurrences(const std::string& text, const std::string& what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ChartTest, EachBarIsDrawnWithItsInterval) {
  const std::string svg = draw(BarChart{.title = "accepted",
                                        .unit = "%",
                                        .series = {"one", "two"},
                                        .groups = {"low", "high"},
                                        .bars = {{{50, 2}, {60, 0}}, {{70, 1}, {80, 3}}}});
  EXPECT_EQ(occurrences(svg, "<title>"), 4);
  EXPECT_EQ(occurrences(svg, "class=\"error\""), 3);
  EXPECT_THAT(svg, HasSubstr("accepted, %"));
}

TEST(ChartTest, HostileNamesStayText) {
  const std::string svg = draw(BarChart{
      .title = "</text><script>", .series = {"<b>\"'&"}, .groups = {"<g>"}, .bars = {{{1, 0}}}});
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, Not(HasSubstr("<g>")));
}

TEST(ChartTest, NothingAndZeroAreDrawnWithoutNonsense) {
  for (const std::string& svg :
       {draw(BarChart{}), draw(BarChart{.series = {"a"}, .groups = {"g"}, .bars = {{{0, 0}}}}),
        draw(DistributionChart{}), draw(DistributionChart{.series = {"a"}, .values = {{}}}),
        draw(DistributionChart{.series = {"a"}, .values = {{0, 0}}})}) {
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
    EXPECT_THAT(svg, HasSubstr("</svg>"));
  }
}

TEST(ChartTest, ADistributionEndsAtAll) {
  const std::string svg = draw(DistributionChart{.series = {"a"}, .values = {{0, 1, 2, 10}}});
  EXPECT_THAT(svg, HasSubstr("864.0,34.0 \""));  // The right end of the plot, at its top.
}

}  // namespace
}  // namespace sectile::internal
