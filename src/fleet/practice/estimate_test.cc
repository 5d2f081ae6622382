#include "src/fleet/practice/estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sectile/fleet/random.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kStates = 40;

double gain(const std::vector<double>& worth, const std::array<StateNumber, 4>& states) {
  return worth[states[0]] - worth[states[1]] - worth[states[2]] + worth[states[3]];
}

// Lessons about a worth that nobody told, with chance in them.
std::vector<Lesson> lessons_about(const std::vector<double>& worth, std::size_t count,
                                  double chance) {
  fleet::Random random(7);
  std::vector<Lesson> lessons(count);
  for (Lesson& lesson : lessons) {
    for (StateNumber& state : lesson.states) {
      state = static_cast<StateNumber>(random.below(kStates));
    }
    lesson.gain = gain(worth, lesson.states) + chance * (random.uniform() - 0.5);
  }
  return lessons;
}

std::vector<double> some_worth() {
  fleet::Random random(3);
  std::vector<double> worth(kStates);
  for (double& value : worth) {
    value = 10 * random.uniform();
  }
  return worth;
}

TEST(WorthEstimateTest, FindsWhatLessonsAreAbout) {
  const std::vector<double> truth = some_worth();
  WorthEstimate estimate;
  estimate.add(lessons_about(truth, 20'000, 4));
  const std::vector<double> found = estimate.solve(std::vector<double>(kStates), 0.01);
  // Worth is known up to a constant: what all states have in common changes nothing.
  for (std::size_t state = 1; state < kStates; ++state) {
    EXPECT_NEAR(found[state] - found[0], truth[state] - truth[0], 0.3) << state;
  }
}

TEST(WorthEstimateTest, KeepsWhatWasBelievedWhereNothingWasLearned) {
  const std::vector<double> truth = some_worth();
  std::vector<Lesson> lessons = lessons_about(truth, 20'000, 0);
  std::erase_if(lessons, [](const Lesson& lesson) {
    return std::ranges::find(lesson.states, kStates - 1) != lesson.states.end();
  });
  WorthEstimate estimate;
  estimate.add(lessons);
  // In other units, which is noticed.
  std::vector<double> believed = truth;
  for (double& value : believed) {
    value *= 0.1;
  }
  const std::vector<double> found = estimate.solve(believed, 1);
  EXPECT_NEAR(found[kStates - 1] - found[0], truth[kStates - 1] - truth[0], 0.1);
}

TEST(WorthEstimateTest, WhatCountsLessSaysTheSame) {
  const std::vector<double> truth = some_worth();
  WorthEstimate estimate;
  estimate.add(lessons_about(truth, 20'000, 4));
  const std::vector<double> before = estimate.solve(truth, 1e-6);
  estimate.forget(0.5);
  const std::vector<double> after = estimate.solve(truth, 1e-6);
  for (std::size_t state = 1; state < kStates; ++state) {
    EXPECT_NEAR(after[state] - after[0], before[state] - before[0], 1e-3) << state;
  }
}

TEST(WorthEstimateTest, ForgetsByAndBy) {
  const std::vector<double> old = some_worth();
  std::vector<double> now = old;
  now[5] += 20;
  WorthEstimate estimate;
  estimate.add(lessons_about(old, 20'000, 0));
  for (int round = 0; round < 60; ++round) {
    estimate.forget(0.9);
  }
  estimate.add(lessons_about(now, 20'000, 0));
  const std::vector<double> found = estimate.solve(old, 0.01);
  EXPECT_NEAR(found[5] - found[0], now[5] - now[0], 0.3);
}

}  // namespace
}  // namespace sectile::internal
