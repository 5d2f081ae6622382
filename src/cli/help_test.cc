#include "src/cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "sectile/fleet/practice.h"

namespace sectile::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HelpTest, FitsEightyColumns) {
  std::string all = help_overview();
  for (const Verb& verb : verbs()) {
    all += help(verb);
  }
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), kColumns) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

// Commands as they are before help breaks the long ones.
std::string in_one_line(std::string text) {
  const std::string on = " \\\n        ";
  for (std::size_t at = text.find(on); at != std::string::npos; at = text.find(on, at)) {
    text.replace(at, on.size(), " ");
  }
  return text;
}

TEST(HelpTest, NamesEveryOptionArgumentAndExample) {
  for (const Verb& verb : verbs()) {
    const std::string text = help(verb);
    for (const Option& option : verb.options) {
      EXPECT_THAT(text, HasSubstr(option_words(option)));
    }
    for (const Argument& argument : verb.arguments) {
      EXPECT_THAT(text, HasSubstr("\n  " + std::string(argument.name)));
    }
    for (const Example& example : verb.examples) {
      EXPECT_THAT(in_one_line(text), HasSubstr("\n    " + std::string(example.command) + '\n'));
    }
    EXPECT_TRUE(verb.hidden || !verb.examples.empty()) << verb.name;
  }
}

TEST(HelpTest, ListsVerbsButHiddenOnes) {
  EXPECT_THAT(help_overview(), HasSubstr("\n  plan       find"));
  EXPECT_THAT(help_overview(), Not(HasSubstr("internal")));
}

TEST(HelpTest, SaysHowLongPracticeIs) {
  const std::string text = help(*find_verb("simulate"));
  EXPECT_THAT(text, HasSubstr("Default: " + std::to_string(Practice().rounds) + "."));
}

TEST(WrappedTest, BreaksBetweenWordsOnly) {
  EXPECT_EQ(wrapped("a b", 2), "  a b\n");
  EXPECT_EQ(wrapped("one\n\ntwo", 0), "one\n\ntwo\n");
  const std::string word(50, 'x');
  EXPECT_EQ(wrapped(word + ' ' + word, 3), "   " + word + "\n   " + word + '\n');
  EXPECT_EQ(wrapped(std::string(200, 'y'), 1), ' ' + std::string(200, 'y') + '\n');
}

TEST(WrappedTest, UsesTheWholeLine) {
  const std::string forty(40, 'x');
  EXPECT_EQ(wrapped(forty + ' ' + std::string(39, 'y'), 0),
            forty + ' ' + std::string(39, 'y') + '\n');
  EXPECT_EQ(wrapped(forty + ' ' + std::string(40, 'y'), 0),
            forty + '\n' + std::string(40, 'y') + '\n');
}

}  // namespace
}  // namespace sectile::cli
