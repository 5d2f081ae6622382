#include "sectile/plan/want.h"

#include <gtest/gtest.h>

#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using testing::model;
using testing::need;
using testing::want;

// "3g.40gb 4g.40gb", with the compute instance where it does not fill.
std::string served(const Model& model, const Want& want) {
  std::string text;
  for (const Choice& choice : choices(model, want)) {
    text += (text.empty() ? "" : " ") + choice.profile->name;
    text += choice.compute == nullptr ? "" : "/" + choice.compute->name;
  }
  return text;
}

TEST(WantTest, LabelServesExactlyItsProfileUnderAnyDriversName) {
  const struct {
    const char* model;
    const char* label;
    const char* profile;
  } cases[] = {
      {"a100-80gb", "3g.40gb", "3g.40gb"},
      {"a100-80gb", "3g.39gb", "3g.40gb"},
      {"a100-80gb", "7g.79gb", "7g.80gb"},
      {"a100-80gb", "7g.80gb", "7g.80gb"},
      {"a100-80gb", "1g.10gb+me", "1g.10gb+me"},
      {"a100-80gb", "1g.20gb", "1g.20gb"},
      {"a100-80gb", "1g", "1g.10gb"},
      {"a100-80gb", "1g+me", "1g.10gb+me"},
      {"a100-80gb", "whole", "7g.80gb"},
      {"a100-40gb", "1g.10gb", "1g.10gb"},
      {"a100-40gb", "1g", "1g.5gb"},
      {"b200-180gb", "1g.24gb", "1g.23gb"},
      {"gb200-186gb", "2g.48gb", "2g.47gb"},
      {"a30-24gb", "2g.12gb+me", "2g.12gb+me"},
      {"rtx-pro-6000-bw", "1g-me", "1g.24gb-me"},
      {"rtx-pro-6000-bw", "4g+gfx", "4g.96gb+gfx"},
      {"jetson-thor", "1g.0gb+me", "1g.0gb+me"},
      {"jetson-thor", "2g+gfx", "2g.0gb+gfx"},
      {"jetson-thor", "whole", "3g.0gb"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(served(model(each.model), want(1, each.label)), each.profile)
        << each.model << " " << each.label;
  }
}

TEST(WantTest, DoubleMemoryIsThatOfItsIdWhateverItsName) {
  EXPECT_TRUE(choices(model("a100-40gb"), want(1, "1g.10gb")).front().profile->double_memory());
  EXPECT_FALSE(choices(model("a100-80gb"), want(1, "1g.10gb")).front().profile->double_memory());
}

TEST(WantTest, LabelWithComputeInstanceServesThatOne) {
  EXPECT_EQ(served(model("a100-80gb"), want(1, "1c.3g.40gb")), "3g.40gb/1c.3g.40gb");
  EXPECT_EQ(served(model("a100-80gb"), want(1, "2c.3g.39gb")), "3g.40gb/2c.3g.40gb");
  EXPECT_EQ(served(model("a100-80gb"), want(1, "2c.7g")), "7g.80gb/2c.7g.80gb");
  EXPECT_EQ(served(model("a100-80gb"), want(1, "3c.3g.40gb")), "3g.40gb");  // It fills.
  EXPECT_EQ(served(model("a100-80gb"), want(1, "1c.1g.20gb")), "1g.20gb");
}

TEST(WantTest, OfTwoComputeProfilesOfOneSizeTheSharedOneIsMeant) {
  const std::vector<Choice> found = choices(model("h100-80gb-sxm5"), want(1, "1c.2g.20gb"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().compute->id.value, 0U);  // Two of id 0 fit, one of id 7.
}

TEST(WantTest, UnknownOrMalformedLabelsServeNothing) {
  for (const char* label : {"",
                            "g",
                            "3",
                            "3g.",
                            "3g.40",
                            "3gb",
                            "03g.40gb",
                            "3g.040gb",
                            "-3g",
                            "+3g",
                            "3g.40gb+",
                            "3g.40gb+xy",
                            "3g.40gb ",
                            " 3g",
                            "3G.40GB",
                            "5g.50gb",
                            "3g.42gb",
                            "3g.38gb",
                            "2g.40gb",
                            "0g",
                            "0c.3g.40gb",
                            "4c.3g.40gb",
                            "c.3g.40gb",
                            "1c.",
                            "1c.1c.3g.40gb",
                            "1c.whole",
                            "99999999999g",
                            "1g.99999999999gb",
                            "3g.40gb.me",
                            "1c3g.40gb"}) {
    EXPECT_EQ(served(model("a100-80gb"), want(1, label)), "") << "'" << label << "'";
  }
}

TEST(WantTest, NeedIsServedByTheSmallestThatHasItAndThenByLargerOnes) {
  const Model& a100 = model("a100-80gb");
  EXPECT_EQ(served(a100, need(1, 0)), "1g.10gb 1g.10gb+me 1g.20gb 2g.20gb 3g.40gb 4g.40gb 7g.80gb");
  EXPECT_EQ(served(a100, need(1, 9)), served(a100, need(1, 0)));
  EXPECT_EQ(served(a100, need(1, 10)), "1g.20gb 2g.20gb 3g.40gb 4g.40gb 7g.80gb");
  EXPECT_EQ(served(a100, need(1, 10, 2)), "2g.20gb 3g.40gb 4g.40gb 7g.80gb");
  EXPECT_EQ(served(a100, need(1, 39, 3)), "3g.40gb 4g.40gb 7g.80gb");
  EXPECT_EQ(served(a100, need(1, 40)), "7g.80gb");  // 3g.40gb has 39.25 GiB: the GB is a label.
  EXPECT_EQ(served(a100, need(1, 79)), "");
  EXPECT_EQ(served(a100, need(1, 0, 8)), "");
}

TEST(WantTest, NeedOfGraphicsIsServedByGraphicsProfilesAndNoOtherNeedIs) {
  const Model& rtx = model("rtx-pro-6000-bw");
  EXPECT_EQ(
      served(rtx, {.what = ByNeed{.memory_min = {20 * std::int64_t{1024}}, .graphics = true}}),
      "1g.24gb+gfx 2g.48gb+gfx 4g.96gb+gfx");
  EXPECT_EQ(served(rtx, need(1, 20)), "1g.24gb 1g.24gb+me 2g.48gb 4g.96gb");
}

}  // namespace
}  // namespace sectile
