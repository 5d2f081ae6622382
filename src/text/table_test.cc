#include "sectile/text/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "src/text/drawing_samples.h"
#include "src/text/glyphs.h"

namespace sectile {
namespace {

TEST(TableTest, ColumnsAreAlignedAndNumbersStandAtTheRight) {
  Table table({{"name"}, {"MiB", Align::kRight}, {"note"}});
  table.add({"a", "5", ""});
  table.add({"longer", "40192", "x"});
  EXPECT_EQ(table.text(),
            "name      MiB  note\n"
            "a           5\n"
            "longer  40192  x\n");
}

TEST(TableTest, WithoutRowsThereAreHeaders) {
  EXPECT_EQ(Table({{"a"}, {"b"}}).text(), "a  b\n");
}

TEST(TableTest, WidestLeftColumnGivesWay) {
  Table table({{"name"}, {"number", Align::kRight}, {"words"}});
  table.add({"abc", "123456", "a very long sentence"});
  EXPECT_EQ(table.text(22),
            "name  number  words\n"
            "abc   123456  a very..\n");
  EXPECT_EQ(table.text(34),
            "name  number  words\n"
            "abc   123456  a very long sentence\n");
}

TEST(TableTest, NumbersAreNeverCut) {
  Table table({{"n", Align::kRight}});
  table.add({"1234567890"});
  EXPECT_EQ(table.text(4), "         n\n1234567890\n");
}

TEST(TableTest, WideCharactersFillTwoColumns) {
  Table table({{"owner"}, {"n", Align::kRight}});
  table.add({"\xe5\xbc\xa0\xe4\xb8\x89", "1"});
  EXPECT_EQ(table.text(), "owner  n\n\xe5\xbc\xa0\xe4\xb8\x89   1\n");
}

TEST(TableTest, HostileCellsAreOneLineAndFit) {
  for (const std::string& name : samples::hostile_names()) {
    Table table({{"owner"}, {"n", Align::kRight}});
    table.add({name, "1"});
    const std::string text = table.text();
    EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
    const std::string row = text.substr(text.find('\n') + 1);
    EXPECT_EQ(internal::clean(row), row.substr(0, row.size() - 1) + "?");
    EXPECT_LE(internal::columns(row.substr(0, row.size() - 1)), 80);
  }
}

TEST(TableDeathTest, RowsHaveACellForEachColumn) {
  Table table({{"a"}, {"b"}});
  EXPECT_DEATH(table.add({"only one"}), "check failed");
}

}  // namespace
}  // namespace sectile
