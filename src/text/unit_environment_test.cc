#include "sectile/text/unit_environment.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile {
namespace {

using Variables = std::map<std::string, std::string>;

Variables read(const std::vector<std::string>& texts) {
  std::vector<UnitFile> files;
  files.reserve(texts.size());
  for (const std::string& text : texts) {
    files.push_back({.name = "u" + std::to_string(files.size()), .text = text});
  }
  return unit_environment(files).value();
}

std::string error_of(const std::string& text) {
  const auto variables = unit_environment(std::vector{UnitFile{.name = "u", .text = text}});
  return variables ? "" : variables.error().message;
}

TEST(UnitEnvironmentTest, ReadsTheDropInOfMigManager) {
  EXPECT_EQ(read({"[Service]\nEnvironment=\"MIG_PARTED_SELECTED_CONFIG=all-disabled\"\n"}),
            (Variables{{"MIG_PARTED_SELECTED_CONFIG", "all-disabled"}}));
}

TEST(UnitEnvironmentTest, SeparatesWordsAsSystemdDoes) {
  EXPECT_EQ(
      read({"[Service]\nEnvironment=A=1 \"B=two words\" 'C=it''s' D= E=x\\ y F='\"'\n"}),
      (Variables{
          {"A", "1"}, {"B", "two words"}, {"C", "its"}, {"D", ""}, {"E", "x y"}, {"F", "\""}}));
}

TEST(UnitEnvironmentTest, LaterFilesOverrideAndAnEmptyAssignmentTakesAllBack) {
  EXPECT_EQ(read({"[Service]\nEnvironment=A=1\nEnvironment=B=1", "[Service]\nEnvironment=A=2"}),
            (Variables{{"A", "2"}, {"B", "1"}}));
  EXPECT_EQ(read({"[Service]\nEnvironment=A=1", "[Service]\nEnvironment=\nEnvironment=B=2"}),
            (Variables{{"B", "2"}}));
}

TEST(UnitEnvironmentTest, OnlyTheServiceSectionCounts) {
  EXPECT_EQ(read({"Environment=A=1\n[Unit]\nEnvironment=B=1\n[Service]\nExecStart=/bin/x A=3\n"
                  "Environment = C=1\n[Install]\nEnvironment=D=1"}),
            (Variables{{"C", "1"}}));
}

TEST(UnitEnvironmentTest, JoinsContinuedLinesAndPassesOverComments) {
  EXPECT_EQ(
      read({"[Service]\n# Environment=A=1\n;Environment=B=1\nEnvironment=C=1 \\\n# no\n  D=2\n"
            "Environment=E=\\"}),
      (Variables{{"C", "1"}, {"D", "2"}, {"E", ""}}));
}

TEST(UnitEnvironmentTest, SaysWhichLineIsWrong) {
  EXPECT_EQ(error_of("[Service]\nEnvironment=\"A=1"), "u:2: a quote is not closed");
  EXPECT_EQ(error_of("[Service]\n\nEnvironment=A"), "u:3: 'A' sets no variable");
  EXPECT_NE(error_of("[Service]\nEnvironment==A"), "");
  EXPECT_NE(error_of("[Service]\nEnvironment=1A=b"), "");
  EXPECT_NE(error_of("[Service]\nEnvironment=A-B=b"), "");
  EXPECT_NE(error_of(std::string(kMaxUnitBytes + 1, '#')), "");
  EXPECT_EQ(error_of(std::string(kMaxUnitBytes, '#')), "");
}

}  // namespace
}  // namespace sectile
