#include "src/cli/options.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sectile::cli {
namespace {

TEST(OptionTableTest, HasNoNameTwiceInAVerb) {
  for (const Verb& verb : verbs()) {
    std::set<std::string> names;
    for (const std::span<const Option> options : {verb.options, common_options()}) {
      for (const Option& option : options) {
        EXPECT_TRUE(names.insert(std::string(option.name)).second) << verb.name << option.name;
        EXPECT_TRUE(option.also.empty() || names.insert(std::string(option.also)).second);
        EXPECT_TRUE(option.letter == '\0' || names.insert(std::string(1, option.letter)).second)
            << verb.name << ' ' << option.letter;
      }
    }
  }
}

TEST(OptionTableTest, SaysWhatEveryOptionTakesAndDoes) {
  for (const Verb& verb : verbs()) {
    EXPECT_FALSE(verb.summary.ends_with('.')) << verb.name;
    for (const Option& option : verb.options) {
      EXPECT_EQ(option.kind == ValueKind::kNone, option.value.empty()) << option.name;
      EXPECT_EQ(option.kind == ValueKind::kChoice, !option.choices.empty()) << option.name;
      EXPECT_TRUE(option.help.ends_with('.')) << option.name;
    }
  }
}

TEST(OptionTableTest, FindsByEveryName) {
  const Verb& verb = *find_verb("diff");
  EXPECT_EQ(find_option(verb, "selected-config"), find_option(verb, "c"));
  EXPECT_EQ(find_option(verb, "selected-config"), find_option(verb, "label"));
  EXPECT_NE(find_option(verb, "quiet"), nullptr);
  EXPECT_EQ(find_option(verb, "fill"), nullptr);
  EXPECT_EQ(find_option(verb, ""), nullptr);
  EXPECT_EQ(find_verb("no"), nullptr);
}

TEST(OptionTableTest, ListsEveryExitStatusInOrder) {
  int expected = 0;
  for (const ExitStatus& exit : exit_statuses()) {
    EXPECT_EQ(exit.status, expected++);
  }
  EXPECT_EQ(expected, 10);
}

}  // namespace
}  // namespace sectile::cli
