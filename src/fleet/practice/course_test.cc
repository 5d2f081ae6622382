#include "src/fleet/practice/course.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/rule.h"
#include "sectile/geometry/catalogue.h"

namespace sectile::internal {
namespace {

// Whole numbers, so that two sums of them are equal however they are added up.
std::vector<float> whole_numbers(const StateSpace& space) {
  const std::vector<double> shares(space.profiles().size(), 1);
  std::vector<float> potential = make_rule_table(space, Rule::kMostChoices, shares).potential;
  for (std::size_t state = 0; state < potential.size(); ++state) {
    potential[state] = 16 * potential[state] + static_cast<float>(state % 5);
  }
  return potential;
}

std::vector<std::vector<float>> scarce(const StateSpace& space) {
  std::vector<std::vector<float>> rows;
  for (std::size_t profile = 0; profile < space.profiles().size(); ++profile) {
    const auto part = static_cast<float>(profile);
    rows.push_back({50 + 30 * part, 20 + 7 * part, 9 + part, 3, 0});
  }
  return rows;
}

struct Case {
  double moves = 0;
  bool scarcity = false;
  float worth_a_move = MovePolicy::kWorthAMove;
};

// The player and the index, which were written apart, meet the same arrivals.
class BesideTheIndex : public testing::TestWithParam<Case> {};

TEST_P(BesideTheIndex, AcceptsAndMovesTheSame) {
  constexpr std::size_t kGpus = 9;
  const StateSpace space = *StateSpace::of(**find_model("a100-80gb"), [](const Profile& each) {
    return each.media == Media::kPlain && !each.double_memory();
  });
  const std::vector<double> shares(space.profiles().size(), 1);
  Preference preference{.shares = shares, .potential = whole_numbers(space)};
  if (GetParam().scarcity) {
    preference.scarcity = scarce(space);
  }
  const Conviction conviction{.ranking =
                                  rank_states(space, make_rule_table(space, preference.potential),
                                              Scarcity(preference.scarcity))};
  const double moves_max = GetParam().moves;
  Rules rules{.gpus = kGpus, .moves_max = moves_max, .worth_a_move = GetParam().worth_a_move};
  rules.reward.assign(space.profiles().size(), 100);
  Player player(space, conviction, rules);

  std::vector<std::size_t> wants(space.profiles().size());
  std::iota(wants.begin(), wants.end(), std::size_t{0});
  const MovePolicy moves{
      .for_room = moves_max > 0,
      .after_refusal = moves_max > 0 ? std::optional(GetParam().worth_a_move) : std::nullopt,
      .share_max = moves_max};
  const auto fleet = make_practised_fleet(space, kGpus, wants, preference, moves);
  std::vector<std::pair<double, LossFleet::Ticket>> leaving;

  const Course course = draw_course(shares, 2.2 * kGpus, 20000, 11);
  std::size_t accepted = 0;
  for (std::size_t now = 0; now < course.arrivals.size(); ++now) {
    const Arrival& arrival = course.arrivals[now];
    std::ranges::sort(leaving);
    std::size_t left = 0;
    for (; left < leaving.size() && leaving[left].first <= arrival.time; ++left) {
      fleet->leave(leaving[left].second);
    }
    leaving.erase(leaving.begin(), leaving.begin() + static_cast<std::ptrdiff_t>(left));
    const auto ticket = static_cast<LossFleet::Ticket>(now);
    const bool taken = fleet->arrive(arrival.profile, ticket);
    ASSERT_EQ(player.meet(arrival) > 0, taken) << "arrival " << now;
    if (taken) {
      leaving.emplace_back(arrival.time + arrival.lifetime, ticket);
      ++accepted;
    }
  }
  EXPECT_GT(accepted, course.arrivals.size() / 2);
  EXPECT_LT(accepted, course.arrivals.size());
  EXPECT_EQ(fleet->moves() > 0, moves_max > 0);
}

INSTANTIATE_TEST_SUITE_P(Moves, BesideTheIndex,
                         testing::Values(Case{0}, Case{0.05}, Case{0.5}, Case{0, true},
                                         Case{0.05, true}, Case{0.5, true}, Case{0.5, true, 30}));

TEST(CourseTest, IsTheSameForASeedAndAsLongAsAsked) {
  const std::vector<double> shares = {1, 0, 3};
  const Course one = draw_course(shares, 20, 1000, 4);
  const Course other = draw_course(shares, 20, 1000, 4);
  ASSERT_EQ(one.arrivals.size(), one.warm_up + 1000);
  std::vector<int> count(3);
  for (std::size_t i = 0; i < one.arrivals.size(); ++i) {
    EXPECT_EQ(one.arrivals[i].time, other.arrivals[i].time);
    EXPECT_EQ(one.arrivals[i].lifetime, other.arrivals[i].lifetime);
    EXPECT_EQ(one.arrivals[i].profile, other.arrivals[i].profile);
    count[one.arrivals[i].profile] += 1;
  }
  EXPECT_EQ(count[1], 0);
  EXPECT_NEAR(count[2], 3 * count[0], count[0]);
  EXPECT_NEAR(one.arrivals.back().time, static_cast<double>(one.arrivals.size()) / 20, 6);
}

}  // namespace
}  // namespace sectile::internal
