#include "sectile/fleet/trial.h"

#include <gtest/gtest.h>

#include "sectile/fleet/simulation.h"
#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

Want labelled(const char* label) {
  return {.what = ByProfile{label}};
}

std::vector<Want> five() {
  return {labelled("1g.10gb"), labelled("2g.20gb"), labelled("3g.40gb"), labelled("4g.40gb"),
          labelled("7g.80gb")};
}

TEST(TrialTest, FullLoadOfTheUniformMixIsWhatIsPublished) {
  const Model& a100 = *find_model("a100-80gb").value();
  const std::vector<StaticGpus> gpus{{.model = &a100, .count = 100}};
  const TrialGround ground = TrialGround::of(gpus, five()).value();
  // 0.4857 GPUs for each instance of the uniform mix of five profiles.
  const std::vector<double> shares(5, 1.0);
  EXPECT_NEAR(100 / ground.full_load(shares).value(), 0.4857, 0.0005);
  EXPECT_EQ(ground.total_slices(), 800);
  EXPECT_EQ(ground.slices(), (std::vector<int>{1, 2, 4, 4, 8}));
}

TEST(TrialTest, GpusOfSeveralModelsServeOneDemand) {
  const Model& a100 = *find_model("a100-80gb").value();
  const Model& a30 = *find_model("a30-24gb").value();
  const std::vector<StaticGpus> gpus{{.model = &a100, .count = 1}, {.model = &a30, .count = 1}};
  const TrialGround ground = TrialGround::of(gpus, std::vector<Want>{labelled("1g")}).value();
  const std::unique_ptr<LossFleet> fleet = ground.dynamic(Rule::kFirstFit).value();
  for (LossFleet::Ticket ticket = 0; ticket < 11; ++ticket) {
    EXPECT_TRUE(fleet->arrive(0, ticket)) << ticket;  // Seven and four.
  }
  EXPECT_FALSE(fleet->arrive(0, 11));
  fleet->leave(3);
  EXPECT_TRUE(fleet->arrive(0, 3));
  const std::vector<double> shares{1.0};
  EXPECT_NEAR(ground.full_load(shares).value(), 11, 0.02);
}

TEST(TrialTest, OneMoveMakesRoomThatNoPlaceHas) {
  const Model& a30 = *find_model("a30-24gb").value();
  const std::vector<StaticGpus> gpus{{.model = &a30, .count = 2}};
  const std::vector<Want> wants{labelled("1g.6gb"), labelled("4g.24gb")};
  const TrialGround ground = TrialGround::of(gpus, wants).value();
  // Worst fit puts one on each GPU; then the whole GPU fits only after a move.
  for (const bool moves : {false, true}) {
    const std::unique_ptr<LossFleet> fleet =
        ground.dynamic(Rule::kWorstFit, {.for_room = moves, .share_max = 1}).value();
    ASSERT_TRUE(fleet->arrive(0, 0));
    ASSERT_TRUE(fleet->arrive(0, 1));
    EXPECT_EQ(fleet->arrive(1, 2), moves);
    EXPECT_EQ(fleet->moves(), moves ? 1 : 0);
    fleet->leave(0);  // Wherever they are by now.
    fleet->leave(1);
  }
}

TEST(TrialTest, EachModelPractisesWhatItServes) {
  const Model& a100 = *find_model("a100-80gb").value();
  const Model& a30 = *find_model("a30-24gb").value();
  const std::vector<StaticGpus> gpus{{.model = &a100, .count = 3}, {.model = &a30, .count = 2}};
  const std::vector<Want> wants{labelled("1g"), labelled("2g"), labelled("7g.80gb")};
  const TrialGround ground = TrialGround::of(gpus, wants).value();
  const std::vector<double> shares{3, 1, 1};
  const Practice brief{.rounds = 1, .requests = 20'000};
  const std::vector<Practised> learned = ground.practise(shares, brief).value();
  ASSERT_EQ(learned.size(), 2U);
  // In the order of the profiles: the largest first. No 7g on an A30.
  EXPECT_EQ(learned[0].preference.shares, (std::vector<double>{1, 1, 3}));
  EXPECT_EQ(learned[1].preference.shares, (std::vector<double>{1, 3}));
  const auto fleet = ground.dynamic(Rule::kForesight, {.for_room = true}, learned).value();
  for (LossFleet::Ticket ticket = 0; ticket < 3; ++ticket) {
    EXPECT_TRUE(fleet->arrive(2, ticket));
  }
  EXPECT_FALSE(fleet->arrive(2, 3));
  EXPECT_TRUE(fleet->arrive(1, 3));
  EXPECT_FALSE(ground.dynamic(Rule::kBestFit, {}, learned));
  EXPECT_FALSE(ground.practise(shares, {.rounds = 0}));
}

TEST(TrialTest, FixedLayoutsServeWhatTheyHold) {
  const Model& a30 = *find_model("a30-24gb").value();
  const std::vector<StaticGpus> gpus{{.model = &a30, .count = 2}};
  const TrialGround ground =
      TrialGround::of(gpus, std::vector<Want>{labelled("1g"), labelled("2g")}).value();
  Layout layout;
  for (const auto& [name, start] : {std::pair("2g.12gb", 0), std::pair("1g.6gb", 2)}) {
    layout = layout.with(a30, Slot(*a30.find_by_name(name), start)).value();
  }
  const std::vector<StaticLayout> layouts{{.model = &a30, .layout = layout, .count = 2}};
  const std::unique_ptr<LossFleet> fleet = ground.fixed(layouts);
  EXPECT_TRUE(fleet->arrive(0, 0));
  EXPECT_TRUE(fleet->arrive(0, 1));
  EXPECT_FALSE(fleet->arrive(0, 2));  // Though slices are free.
  EXPECT_TRUE(fleet->arrive(1, 2));
}

TEST(TrialTest, WhatCannotBeTriedIsRefused) {
  const Model& a30 = *find_model("a30-24gb").value();
  const std::vector<StaticGpus> one{{.model = &a30, .count = 1}};
  const std::vector<StaticGpus> none{{.model = &a30, .count = 0}};
  const std::vector<StaticGpus> twice{{.model = &a30, .count = 1}, {.model = &a30, .count = 1}};
  EXPECT_FALSE(TrialGround::of({}, five()));
  EXPECT_FALSE(TrialGround::of(none, std::vector<Want>{labelled("1g")}));
  EXPECT_FALSE(TrialGround::of(twice, std::vector<Want>{labelled("1g")}));
  EXPECT_FALSE(TrialGround::of(one, {}));
  EXPECT_FALSE(TrialGround::of(one, five()));  // No A30 has a 3g.
}

}  // namespace
}  // namespace sectile
