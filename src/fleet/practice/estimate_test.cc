#include "src/fleet/practice/estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sectile/fleet/random.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kStates = 40;

constexpr std::size_t kProfiles = 2;

double gain(const Belief& truth, const Difference& difference) {
  const std::vector<double>& worth = truth.values();
  double sum = worth[difference.states[0]] - worth[difference.states[1]] -
               worth[difference.states[2]] + worth[difference.states[3]];
  for (std::size_t profile = 0; profile < kProfiles; ++profile) {
    sum += truth.room(profile, difference.room[profile]) -
           truth.room(profile, difference.other_room[profile]);
  }
  return sum;
}

// Lessons about a worth that nobody told, with chance in them.
std::vector<Lesson> lessons_about(const Belief& truth, std::size_t count, double chance) {
  fleet::Random random(7);
  std::vector<Lesson> lessons(count);
  for (Lesson& lesson : lessons) {
    for (StateNumber& state : lesson.difference.states) {
      state = static_cast<StateNumber>(random.below(kStates));
    }
    const std::size_t profile = random.below(kProfiles);
    const auto step = static_cast<std::uint8_t>(random.below(kRoomSteps - 1));
    lesson.difference.room[profile] = static_cast<std::uint8_t>(step + 1);
    lesson.difference.other_room[profile] = step;
    lesson.gain = gain(truth, lesson.difference) + chance * (random.uniform() - 0.5);
  }
  return lessons;
}

Belief some_belief() {
  fleet::Random random(3);
  Belief belief(kStates, kProfiles);
  for (double& value : belief.values()) {
    value = 10 * random.uniform();
  }
  return belief;
}

// Worth is known up to a constant: what all states have in common changes nothing, nor what all
// steps of a room have.
void expect_same(const Belief& found, const Belief& truth, double error) {
  for (std::size_t state = 1; state < kStates; ++state) {
    EXPECT_NEAR(found.values()[state] - found.values()[0],
                truth.values()[state] - truth.values()[0], error)
        << state;
  }
  for (std::size_t profile = 0; profile < kProfiles; ++profile) {
    for (std::size_t step = 1; step < kRoomSteps; ++step) {
      EXPECT_NEAR(found.room(profile, step) - found.room(profile, 0),
                  truth.room(profile, step) - truth.room(profile, 0), error)
          << profile << " " << step;
    }
  }
}

TEST(BeliefEstimateTest, FindsWhatLessonsAreAbout) {
  const Belief truth = some_belief();
  BeliefEstimate estimate;
  estimate.add(lessons_about(truth, 20'000, 4));
  expect_same(estimate.solve(Belief(kStates, kProfiles), 0.01), truth, 0.3);
}

TEST(BeliefEstimateTest, KeepsWhatWasBelievedWhereNothingWasLearned) {
  const Belief truth = some_belief();
  std::vector<Lesson> lessons = lessons_about(truth, 20'000, 0);
  std::erase_if(lessons, [](const Lesson& lesson) {
    return std::ranges::find(lesson.difference.states, kStates - 1) !=
           lesson.difference.states.end();
  });
  BeliefEstimate estimate;
  estimate.add(lessons);
  expect_same(estimate.solve(truth, 1), truth, 0.1);
}

TEST(BeliefEstimateTest, NoticesOtherUnits) {
  const Belief truth = some_belief();
  BeliefEstimate estimate;
  estimate.add(lessons_about(truth, 20'000, 0));
  Belief believed = truth;
  for (double& value : believed.values()) {
    value *= 0.1;
  }
  EXPECT_NEAR(estimate.scale(believed), 10, 1e-6);
  EXPECT_EQ(estimate.scale(Belief(kStates, kProfiles)), 1);
}

TEST(BeliefEstimateTest, WhatCountsLessSaysTheSame) {
  const Belief truth = some_belief();
  BeliefEstimate estimate;
  estimate.add(lessons_about(truth, 20'000, 4));
  const Belief before = estimate.solve(truth, 1e-6);
  estimate.forget(0.5);
  expect_same(estimate.solve(truth, 1e-6), before, 1e-3);
}

TEST(BeliefEstimateTest, ForgetsByAndBy) {
  const Belief old = some_belief();
  Belief now = old;
  now.values()[5] += 20;
  BeliefEstimate estimate;
  estimate.add(lessons_about(old, 20'000, 0));
  for (int round = 0; round < 60; ++round) {
    estimate.forget(0.9);
  }
  estimate.add(lessons_about(now, 20'000, 0));
  expect_same(estimate.solve(old, 0.01), now, 0.3);
}

TEST(BeliefTest, StepsOfRoomAreEachToSevenThenTwoForADoubling) {
  for (std::uint32_t gpus = 0; gpus <= 8; ++gpus) {
    EXPECT_EQ(room_step(gpus), gpus);
  }
  EXPECT_EQ(room_step(11), 8U);
  EXPECT_EQ(room_step(12), 9U);
  EXPECT_EQ(room_step(22), 10U);
  EXPECT_EQ(room_step(23), 11U);
  EXPECT_EQ(room_step(1'000'000), 11U);
}

}  // namespace
}  // namespace sectile::internal
