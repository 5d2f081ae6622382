#include "src/fleet/index/ranking.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sectile::internal {
namespace {

// What no longer fits on a GPU of that state after the choice. Nothing, if that is no matter.
ProfileSet closed_by(const Ranking& ranking, const RankedState& ranked) {
  if (ranking.scarcity.empty()) {
    return 0;
  }
  return static_cast<ProfileSet>(ranking.takes[ranked.state] &
                                 ~ranking.takes[ranked.choice.placing.to]);
}

void add_profile(const StateSpace& space, const std::vector<RuleChoice>& choices,
                 Ranking& ranking) {
  std::vector<RankedState> order;
  for (std::size_t number = 0; number < choices.size(); ++number) {
    if (choices[number].fits()) {
      order.push_back({.choice = choices[number], .state = static_cast<StateNumber>(number)});
    }
  }
  const auto key = [&](const RankedState& ranked) {
    return std::tuple(closed_by(ranking, ranked), ranked.choice.cost,
                      space.free_slices(ranked.state), ranked.state);
  };
  std::ranges::sort(order, {}, key);
  std::vector<Rank> rank_of(choices.size(), kNoRank);
  std::vector<RankGroup> groups;
  for (std::size_t number = 0; number < order.size(); ++number) {
    const auto rank = static_cast<Rank>(number);
    rank_of[order[number].state] = rank;
    const ProfileSet closes = closed_by(ranking, order[number]);
    if (groups.empty() || groups.back().closes != closes) {
      groups.push_back({.closes = closes, .first = rank});
    }
    groups.back().last = static_cast<Rank>(number + 1);
  }
  ranking.order.push_back(std::move(order));
  ranking.groups.push_back(std::move(groups));
  ranking.rank_of.push_back(std::move(rank_of));
}

}  // namespace

Ranking rank_states(const StateSpace& space, RuleTable table, Scarcity scarcity) {
  Ranking ranking;
  ranking.potential = std::move(table.potential);
  ranking.scarcity = std::move(scarcity);
  ranking.takes.resize(space.size());
  for (std::size_t profile = 0; profile < table.choices.size(); ++profile) {
    for (std::size_t state = 0; state < space.size(); ++state) {
      const bool fits = table.choices[profile][state].fits();
      ranking.takes[state] |= static_cast<ProfileSet>(unsigned{fits} << profile);
    }
  }
  for (const std::vector<RuleChoice>& choices : table.choices) {
    add_profile(space, choices, ranking);
  }
  return ranking;
}

}  // namespace sectile::internal
