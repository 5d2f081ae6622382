#include "src/text/csv.h"

#include <gmock/gmock.h>

namespace sectile::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(CsvTest, ReadsCellsWithTheirLines) {
  const Result<Csv> csv = read_csv(
      "\xEF\xBB\xBF# made by hand\r\n\r\na, b ,c\r\n1,\"two, \"\"2\"\"\",\n\n3,4,5", "t.csv");
  ASSERT_TRUE(csv.has_value()) << csv.error().message;
  EXPECT_THAT(csv->header.cells, ElementsAre("a", "b", "c"));
  ASSERT_EQ(csv->rows.size(), 2U);
  EXPECT_THAT(csv->rows[0].cells, ElementsAre("1", "two, \"2\"", ""));
  EXPECT_EQ(csv->rows[0].line, 4);
  EXPECT_THAT(csv->rows[1].cells, ElementsAre("3", "4", "5"));
  EXPECT_EQ(csv->rows[1].line, 6);
  EXPECT_EQ(csv->column("c"), 2U);
  EXPECT_FALSE(csv->column("d").has_value());
}

TEST(CsvTest, RefusesWithLineAndCell) {
  struct Case {
    std::string text;
    std::string_view message;
  };
  for (const Case& c :
       {Case{"", "t.csv: the file is empty"}, Case{"# only this\n", "t.csv: the file is empty"},
        Case{"a,a\n", "t.csv:1:2: column 'a' stands here twice"},
        Case{"a,,b\n", "t.csv:1:2: column '' has no name"},
        Case{"a,b\n1\n", "t.csv:2:1: 1 cells, and the header has 2"},
        Case{"a,b\n1,2,3\n", "t.csv:2:3: 3 cells, and the header has 2"},
        Case{"a,b\n1,\"2\n", "t.csv:2:2: a quote is not closed"},
        Case{"a,b\n\"1\"x,2\n", "t.csv:2:1: something follows"},
        Case{std::string("a,b\n1,2\0\n", 9), "t.csv:2:2: a control character"},
        Case{"a\n\xFF\n", "t.csv: byte 2 is not UTF-8"},
        Case{"a\n" + std::string(5000, 'x'), "t.csv:2:1: more than can be meant"},
        Case{std::string(300, ','), "t.csv:1:257: more than can be meant"}}) {
    const Result<Csv> csv = read_csv(c.text, "t.csv");
    ASSERT_FALSE(csv.has_value()) << c.message;
    EXPECT_EQ(csv.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(csv.error().message, StartsWith(std::string(c.message)));
  }
}

}  // namespace
}  // namespace sectile::internal
