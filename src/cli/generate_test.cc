#include "src/cli/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/cli/options.h"

namespace sectile::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// As the file writes it: in mdoc every hyphen is a minus sign.
std::string written_in(const GeneratedFile& file, std::string_view option) {
  std::string name(option);
  if (file.path.ends_with(".1")) {
    for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) {
      name.insert(at, "\\");
    }
  }
  return name;
}

TEST(GenerateTest, PutsEveryOptionIntoEveryFile) {
  for (const GeneratedFile& file : generated_files()) {
    for (const Verb& verb : verbs()) {
      if (verb.hidden) {
        EXPECT_THAT(file.text, Not(HasSubstr("internal)"))) << file.path;
        continue;
      }
      for (const Option& option : verb.options) {
        EXPECT_THAT(file.text, HasSubstr(written_in(file, option.name)))
            << file.path << ' ' << verb.name;
      }
    }
  }
}

TEST(GenerateTest, CompletesModelsProfilesAndLabelsByAskingTheProgram) {
  for (const std::string& text : {bash_completion(), zsh_completion(), fish_completion()}) {
    EXPECT_THAT(text, HasSubstr("sectile internal list"));
    for (const char* list : {"models", "profiles", "labels"}) {
      EXPECT_THAT(text, HasSubstr("sectile_list " + std::string(list)));
    }
    EXPECT_THAT(text, HasSubstr("memory-balanced"));
  }
}

}  // namespace
}  // namespace sectile::cli
