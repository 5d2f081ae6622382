#include "src/text/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace sectile::internal {
namespace {

using testing::HasSubstr;
using testing::Not;

Page page() {
  return {.title = "A <page>",
          .summary = {"One & only."},
          .sections = {{.heading = "Rows",
                        .prose = "Of a table.",
                        .table = PageTable{.columns = {{"NAME"}, {"N", Align::kRight}},
                                           .rows = {{"<script>", "1"}, {"b\x1b[31m", "20"}}}}}};
}

TEST(PageTest, TextHasEveryPart) {
  EXPECT_EQ(page_text(page()),
            "One & only.\n\nRows\nOf a table.\nNAME       N\n<script>   1\nb?[31m    20\n");
}

TEST(PageTest, HtmlEscapesWhateverItIsGiven) {
  const std::string html = page_html(page());
  EXPECT_THAT(html, HasSubstr("<title>A &lt;page&gt;</title>"));
  EXPECT_THAT(html, HasSubstr("<td>&lt;script&gt;</td><td class=\"right\">1</td>"));
  EXPECT_THAT(html, HasSubstr("One &amp; only."));
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
  EXPECT_THAT(html, Not(HasSubstr("http")));  // Nothing from elsewhere.
}

TEST(PageTest, LongTablesSayHowMuchMoreThereIs) {
  Page many = page();
  PageTable table = many.sections[0].table.value_or(PageTable{});
  table.rows.resize(1234, {"x", "1"});
  many.sections[0].table = table;
  EXPECT_THAT(page_text(many), HasSubstr("and 1,204 more; -o json has all\n"));
  std::istringstream lines(page_text(many));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U);
  }
}

TEST(PageTest, NumbersArePrintedForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(counted(1, "GPU"), "1 GPU");
  EXPECT_EQ(counted(2000, "GPU"), "2,000 GPUs");
}

}  // namespace
}  // namespace sectile::internal
