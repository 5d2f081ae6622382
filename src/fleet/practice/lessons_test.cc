#include "src/fleet/practice/lessons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "sectile/fleet/rule.h"
#include "sectile/geometry/catalogue.h"
#include "src/fleet/practice/belief.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kHorizon = 25;

const StateSpace& a30() {
  static const StateSpace space = *StateSpace::of(
      **find_model("a30-24gb"), [](const Profile& each) { return each.media == Media::kPlain; });
  return space;
}

// Whole numbers, and a fleet that lacks the more, the fewer GPUs can take a profile.
Conviction by_choices(const StateSpace& space) {
  const std::vector<double> shares(space.profiles().size(), 1);
  RuleTable table = make_rule_table(space, Rule::kMostChoices, shares);
  const std::vector<float> scarce = {9, 5, 2, 1, 0};
  Scarcity scarcity(std::vector<std::vector<float>>(space.profiles().size(), scarce));
  return {.ranking = rank_states(space, std::move(table), std::move(scarcity)), .unit = 3};
}

Rules by_slices(const StateSpace& space, std::size_t gpus) {
  Rules rules{.gpus = gpus};
  for (const Profile& profile : space.profiles()) {
    rules.reward.push_back(profile.memory_slices);
  }
  return rules;
}

// What a fleet gains in kHorizon arrivals after `at`, which goes to `option`.
double replayed(const Conviction& conviction, const Rules& rules, const Course& course,
                std::size_t at, const Option& option) {
  Player player(a30(), conviction, rules);
  for (std::size_t now = 0; now < at; ++now) {
    player.meet(course.arrivals[now]);
  }
  player.leave_until(course.arrivals[at].time);
  player.place(course.arrivals[at], option);
  double gained = 0;
  for (std::size_t now = at + 1; now <= at + kHorizon; ++now) {
    gained += player.meet(course.arrivals[now]);
  }
  return gained + player.arena().worth();
}

Room room_after(Arena arena, std::size_t profile, const Option& option) {
  arena.place(profile, option, 1e9);
  return arena.room();
}

void expect_room(const Difference& difference, const Arena& before, std::size_t profile,
                 const Option& one, const Option& other) {
  const Room after = room_after(before, profile, one);
  const Room other_after = room_after(before, profile, other);
  for (std::size_t of = 0; of < after.size(); ++of) {
    const bool differs = room_step(after[of]) != room_step(other_after[of]);
    EXPECT_EQ(difference.room[of], differs ? room_step(after[of]) : 0);
    EXPECT_EQ(difference.other_room[of], differs ? room_step(other_after[of]) : 0);
  }
}

// Every lesson, played again from the beginning both ways.
void expect_true_lessons(const Rules& rules) {
  const std::vector<double> shares(a30().profiles().size(), 1);
  const Conviction conviction = by_choices(a30());
  Course course = draw_course(shares, 14, 300, 5);
  course.warm_up = 20;
  const Taught taught = take_lessons(a30(), conviction, rules, course, kHorizon);
  const std::vector<Lesson>& lessons = taught.lessons;
  EXPECT_EQ(taught.moved > 0, rules.moves_max > 0);
  EXPECT_LE(taught.moved, rules.moves_max);
  ASSERT_GT(lessons.size(), 30U);
  std::size_t next = 0;
  for (std::size_t at = course.warm_up; at + kHorizon < course.arrivals.size(); at += 2) {
    Player player(a30(), conviction, rules);
    for (std::size_t now = 0; now < at; ++now) {
      player.meet(course.arrivals[now]);
    }
    player.leave_until(course.arrivals[at].time);
    std::vector<Option> options(8);
    options.resize(player.arena().choose(course.arrivals[at].profile, options));
    if (options.size() < 2) {
      continue;
    }
    ASSERT_LT(next, lessons.size());
    const Lesson& lesson = lessons[next++];
    EXPECT_EQ(lesson.difference.states[0], options[0].placing.to);
    EXPECT_EQ(lesson.difference.states[1], options[0].from);
    const auto second = std::ranges::find_if(options, [&](const Option& option) {
      return option.placing.to == lesson.difference.states[2] &&
             option.from == lesson.difference.states[3];
    });
    ASSERT_NE(second, options.end());
    EXPECT_NE(second, options.begin());
    expect_room(lesson.difference, player.arena(), course.arrivals[at].profile, options[0],
                *second);
    EXPECT_NEAR(lesson.gain,
                replayed(conviction, rules, course, at, options[0]) -
                    replayed(conviction, rules, course, at, *second),
                1e-6);
  }
  EXPECT_EQ(next, lessons.size());
}

TEST(LessonsTest, SayWhatBecameOfBoth) {
  expect_true_lessons(by_slices(a30(), 6));
}

TEST(LessonsTest, SayItWithMovesToo) {
  Rules rules = by_slices(a30(), 6);
  rules.moves_max = 0.2;
  rules.move_price = 0.75;
  expect_true_lessons(rules);
}

}  // namespace
}  // namespace sectile::internal
