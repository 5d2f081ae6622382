#include "sectile/fleet/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sectile {
namespace {

using testing::HasSubstr;

SimulationOutcome accepted(std::int64_t of_hundred) {
  return {.offered = {100}, .accepted = {of_hundred}, .slices = {2}};
}

SimulationReport report(std::vector<Candidate> candidates, std::int64_t runs) {
  return {.gpus = 1,
          .total_slices = 8,
          .runs = runs,
          .comparisons = {{.load = 1, .candidates = std::move(candidates)}}};
}

std::string all(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    text += sentence + " ";
  }
  return text;
}

TEST(ComparisonTest, IntervalsFollowStudent) {
  const std::vector<double> samples{1, 2, 3, 4, 5};
  const Interval found = interval(samples);
  EXPECT_DOUBLE_EQ(found.mean, 3);
  EXPECT_NEAR(found.half_width, 2.776 * 1.5811388 / 2.2360680, 1e-3);
  EXPECT_DOUBLE_EQ(interval(std::vector<double>{7}).half_width, 0);
  // From 31 samples on an expansion stands for the table: 2.042 at 30 degrees, 1.984 at 100.
  std::vector<double> many(101);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = i % 2 == 0 ? 0 : 1;
  }
  EXPECT_NEAR(interval(many).half_width, 1.984 * 0.5025 / 10.05, 2e-4);
}

TEST(ComparisonTest, PairedDifferencesSeeWhatTheFiguresHide) {
  // The runs differ much, the ways always by one.
  const Candidate one{.name = "one", .runs = {accepted(50), accepted(70), accepted(90)}};
  const Candidate other{.name = "other", .runs = {accepted(49), accepted(69), accepted(89)}};
  const SimulationReport both = report({one, other}, 3);
  EXPECT_GT(measured(both, one, Measure::kAcceptedCount).half_width, 0.2);
  const Interval lead = difference(both, one, other, Measure::kAcceptedCount);
  EXPECT_NEAR(lead.mean, 0.01, 1e-12);
  EXPECT_NEAR(lead.half_width, 0, 1e-12);
  EXPECT_THAT(all(recommend(both)), HasSubstr("Use one:"));
  EXPECT_THAT(all(recommend(both)), HasSubstr("points better than other"));
}

TEST(ComparisonTest, WhatChanceExplainsIsNotCalledADifference) {
  const Candidate one{.name = "one", .runs = {accepted(60), accepted(70), accepted(80)}};
  const Candidate other{.name = "other", .runs = {accepted(75), accepted(60), accepted(72)}};
  EXPECT_THAT(all(recommend(report({one, other}, 3))),
              HasSubstr("no difference can be seen to other"));
}

TEST(ComparisonTest, OneRunRecommendsNothing) {
  const Candidate one{.name = "one", .runs = {accepted(60)}};
  const Candidate other{.name = "other", .runs = {accepted(10)}};
  EXPECT_THAT(all(recommend(report({one, other}, 1))), HasSubstr("give several --seeds"));
  EXPECT_TRUE(recommend(SimulationReport{}).empty());
}

TEST(ComparisonTest, MeasuresAreShares) {
  const SimulationOutcome outcome{.offered = {10, 10},
                                  .accepted = {10, 5},
                                  .slices = {1, 4},
                                  .blocked = 5,
                                  .blocked_by_structure = 2,
                                  .blocked_slices = 20,
                                  .blocked_slices_by_structure = 8,
                                  .used_slices = 6,
                                  .moves = 3,
                                  .waits = {0, 1, 5}};
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kAcceptedCount, 8), 0.75);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kAcceptedSlices, 8), 0.6);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kUtilisation, 8), 0.75);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kBlockedCapacity, 8), 12.0 / 50);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kBlockedStructure, 8), 8.0 / 50);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kWaitMean, 8), 2);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kWaitHigh, 8), 5);
  EXPECT_DOUBLE_EQ(measure(outcome, Measure::kMoves, 8), 0.2);
}

}  // namespace
}  // namespace sectile
