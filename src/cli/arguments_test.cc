#include "src/cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<Arguments> parsed(const std::string& verb, const std::vector<std::string>& words) {
  return parse(*find_verb(verb), words);
}

TEST(ArgumentsTest, ReadsOptionsInEverySpelling) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--output", "json"}, {"--output=json"}, {"-o", "json"}, {"-ojson"}}) {
    const Result<Arguments> arguments = parsed("gpus", words);
    ASSERT_TRUE(arguments) << arguments.error().message;
    EXPECT_EQ(arguments->text("output"), "json");
  }
  EXPECT_EQ(parsed("diff", {"--label", "a"})->text("selected-config"), "a");
  EXPECT_TRUE(parsed("gpus", {"--no-color"})->has("no-colour"));
}

TEST(ArgumentsTest, TellsWhatWasNotGiven) {
  const Result<Arguments> arguments = parsed("plan", {"--fill"});
  ASSERT_TRUE(arguments);
  EXPECT_TRUE(arguments->has("fill"));
  EXPECT_FALSE(arguments->has("explain"));
  EXPECT_EQ(arguments->text("gpu"), "");
  EXPECT_EQ(arguments->text("gpu", "none"), "none");
  EXPECT_EQ(arguments->number("parts", 7), 7);
}

TEST(ArgumentsTest, KeepsValuesThatLookLikeOptions) {
  EXPECT_EQ(parsed("apply", {"-f", "-", "-c", "--x"})->text("config-file"), "-");
  EXPECT_EQ(parsed("plan", {"--want", ">=9GiB/3c"})->text("want"), ">=9GiB/3c");
  EXPECT_EQ(parsed("lint", {"-"})->text("FILE"), "-");
}

TEST(ArgumentsTest, CollectsOnlyOptionsThatRepeat) {
  EXPECT_THAT(parsed("plan", {"-w", "1x1g", "-w", "2x2g"})->all("want"),
              ElementsAre("1x1g", "2x2g"));
  const Result<Arguments> twice = parsed("plan", {"--gpu", "a30", "--gpu", "a100-80gb"});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("--gpu was given twice"));
}

TEST(ArgumentsTest, LeavesTheCommandAlone) {
  const Result<Arguments> arguments =
      parsed("emulate", {"a30", "--driver", "570", "--", "plan", "--gpu", "-x", "--", "y"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->text("SPEC"), "a30");
  EXPECT_THAT(arguments->command(), ElementsAre("plan", "--gpu", "-x", "--", "y"));
  EXPECT_THAT(parsed("emulate", {"a30"})->command(), IsEmpty());
  EXPECT_THAT(parsed("emulate", {"a30", "--"})->command(), IsEmpty());
}

TEST(ArgumentsTest, RefusesAndSaysWhatIsMeant) {
  struct Case {
    std::string verb;
    std::vector<std::string> words;
    std::string message;
    std::string next;
  };
  for (const auto& [verb, words, message, next] : std::vector<Case>{
           {"plan", {"--gpus", "a30"}, "no option '--gpus'", "did you mean '--gpu'?"},
           {"plan", {"--starategy=mixed"}, "no option '--starategy'", "'--strategy'"},
           {"plan", {"-Z"}, "no option '-Z'", "see sectile plan --help"},
           {"plan", {"--zzzzzzzzzz"}, "no option", "see sectile plan --help"},
           {"plan", {"--strategy", "all-balnced"}, "cannot be 'all-balnced'", "'all-balanced'"},
           {"plan", {"-o", "xml"}, "--output cannot be 'xml'", "text, json, yaml"},
           {"plan", {"--parts", "two"}, "must be a number, not 'two'", "from 0"},
           {"plan", {"--parts", "-1"}, "must be a number", "from 0"},
           {"plan", {"--parts", "99999999999999999999"}, "must be a number", "1000000"},
           {"plan", {"--gpu"}, "--gpu needs a value: SPEC", "--help"},
           {"plan", {"-g"}, "--gpu needs a value: SPEC", "--help"},
           {"plan", {"h100"}, "does not take 'h100'", "--help"},
           {"profiles", {}, "needs a MODEL", "--help"},
           {"profiles", {"a", "b"}, "does not take 'b'", "--help"},
           {"emulate", {"a30", "ls"}, "does not take 'ls'", "write -- before the command"}}) {
    const Result<Arguments> arguments = parsed(verb, words);
    ASSERT_FALSE(arguments) << verb << ' ' << message;
    EXPECT_EQ(arguments.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(arguments.error().message, HasSubstr(message));
    EXPECT_THAT(arguments.error().next, HasSubstr(next));
  }
}

TEST(ArgumentsTest, StopsOnANameThatTheTableDoesNotHave) {
  const Result<Arguments> arguments = parsed("gpus", {});
  EXPECT_DEATH((void)arguments->has("no-such-option"), "check failed");
}

}  // namespace
}  // namespace sectile::cli
