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

struct Sorted {
  ProfileSet closes = 0;
  RankedState ranked = {};
};

std::vector<Sorted> sort_states(const StateSpace& space, const std::vector<RuleChoice>& choices,
                                const Ranking& ranking) {
  std::vector<Sorted> sorted;
  for (std::size_t number = 0; number < choices.size(); ++number) {
    if (choices[number].fits()) {
      const RankedState ranked{.choice = choices[number],
                               .state = static_cast<StateNumber>(number)};
      sorted.push_back({.closes = closed_by(ranking, ranked), .ranked = ranked});
    }
  }
  std::ranges::sort(sorted, {}, [&](const Sorted& each) {
    return std::tuple(each.closes, each.ranked.choice.cost, space.free_slices(each.ranked.state),
                      each.ranked.state);
  });
  return sorted;
}

// As many as close the same, up to a word.
std::size_t end_of_group(const std::vector<Sorted>& sorted, std::size_t first) {
  std::size_t last = first;
  while (last < sorted.size() && last - first < kRanksInWord &&
         sorted[last].closes == sorted[first].closes) {
    ++last;
  }
  return last;
}

void add_profile(const StateSpace& space, const std::vector<RuleChoice>& choices,
                 Ranking& ranking) {
  std::vector<RankedState> order;
  std::vector<RankGroup> groups;
  std::vector<Rank> rank_of(choices.size(), kNoRank);
  const std::vector<Sorted> sorted = sort_states(space, choices, ranking);
  for (std::size_t first = 0; first < sorted.size();) {
    const std::size_t last = end_of_group(sorted, first);
    const std::size_t in_word = order.size() % kRanksInWord;
    if (in_word + last - first > kRanksInWord) {
      order.resize(order.size() - in_word + kRanksInWord);
    }
    groups.push_back(
        {.least = sorted[first].ranked.choice.cost + ranking.scarcity.least(sorted[first].closes),
         .closes = sorted[first].closes,
         .word = static_cast<std::uint16_t>(order.size() / kRanksInWord)});
    for (; first < last; ++first) {
      const auto rank = static_cast<Rank>(order.size());
      groups.back().mask |= OpenRanks::bit(rank);
      rank_of[sorted[first].ranked.state] = rank;
      order.push_back(sorted[first].ranked);
    }
  }
  std::ranges::stable_sort(groups, {}, &RankGroup::least);
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
  ranking.room.resize(space.size());
  for (std::size_t profile = 0; profile < table.choices.size(); ++profile) {
    for (std::size_t state = 0; state < space.size(); ++state) {
      const bool fits = table.choices[profile][state].fits();
      ranking.takes[state] |= static_cast<ProfileSet>(unsigned{fits} << profile);
      ranking.room[state][profile] = unsigned{fits};
    }
  }
  for (const std::vector<RuleChoice>& choices : table.choices) {
    add_profile(space, choices, ranking);
  }
  return ranking;
}

float cost_of(const Ranking& ranking, std::span<const StateChange> changes, const Room& room) {
  float cost = 0;
  Room after = room;
  for (const StateChange& change : changes) {
    cost += ranking.potential[change.to] - ranking.potential[change.from];
    change_room(after, ranking.room[change.from], ranking.room[change.to]);
  }
  return ranking.scarcity.empty() ? cost : cost + ranking.scarcity.of_change(room, after);
}

}  // namespace sectile::internal
