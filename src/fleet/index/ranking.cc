#include "src/fleet/index/ranking.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sectile::internal {

Ranking rank_states(const StateSpace& space, RuleTable table) {
  Ranking ranking;
  ranking.potential = std::move(table.potential);
  for (const std::vector<RuleChoice>& choices : table.choices) {
    std::vector<RankedState> order;
    for (std::size_t number = 0; number < choices.size(); ++number) {
      if (!choices[number].fits()) {
        continue;
      }
      order.push_back({.choice = choices[number], .state = static_cast<StateNumber>(number)});
    }
    std::ranges::sort(order, [&](const RankedState& a, const RankedState& b) {
      return std::tuple(a.choice.cost, space.free_slices(a.state), a.state) <
             std::tuple(b.choice.cost, space.free_slices(b.state), b.state);
    });
    std::vector<Rank> rank_of(choices.size(), kNoRank);
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
      rank_of[order[rank].state] = static_cast<Rank>(rank);
    }
    ranking.order.push_back(std::move(order));
    ranking.rank_of.push_back(std::move(rank_of));
  }
  return ranking;
}

}  // namespace sectile::internal
