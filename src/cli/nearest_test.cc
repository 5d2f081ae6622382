#include "src/cli/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile::cli {
namespace {

const std::vector<std::string> kVerbNames = {"plan", "gpus", "profiles", "show", "apply", "assert"};

TEST(NearestTest, FindsWhatWasMeant) {
  struct Case {
    std::string word;
    std::string meant;
  };
  for (const auto& [word, meant] : std::vector<Case>{{"plan", "plan"},
                                                     {"PLAN", "plan"},
                                                     {"paln", "plan"},
                                                     {"aplly", "apply"},
                                                     {"asert", "assert"},
                                                     {"profile", "profiles"},
                                                     {"shwo", "show"}}) {
    EXPECT_EQ(nearest(word, kVerbNames), meant) << word;
  }
}

TEST(NearestTest, IsSilentWhenNothingIsNear) {
  for (const std::string& word :
       {std::string{}, std::string{"x"}, std::string{"kubernetes"}, std::string(100'000, 'a')}) {
    EXPECT_EQ(nearest(word, kVerbNames), "") << word.substr(0, 20);
  }
}

TEST(NearestTest, PrefersFewerEditsThenTheFirst) {
  EXPECT_EQ(nearest("ab", {"abc", "abd"}), "abc");
  EXPECT_EQ(nearest("abd", {"abc", "abd"}), "abd");
}

TEST(DidYouMeanTest, FallsBack) {
  EXPECT_EQ(did_you_mean("plna", kVerbNames, "see help"), "did you mean 'plan'?");
  EXPECT_EQ(did_you_mean("zzzzzz", kVerbNames, "see help"), "see help");
}

}  // namespace
}  // namespace sectile::cli
