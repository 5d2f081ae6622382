// The search for one move, as in index/moves.cc but on one model without attributes.
#include <algorithm>
#include <array>

#include "src/fleet/practice/arena.h"

namespace sectile::internal {

template <typename Function>
void Arena::for_each_other(std::size_t profile, StateNumber except, Function function) const {
  const Ranking& ranking = conviction_->ranking;
  const bool alone = gpus_[head_[except]].next == kNoGpu;
  for_each_best(ranking, profile, open_[profile],
                alone ? ranking.rank_of[profile][except] : kNoRank, [&](Rank rank) {
                  const RankedState& ranked = ranking.order[profile][rank];
                  function(Option{.from = ranked.state, .placing = ranked.choice.placing});
                });
}

float Arena::cost_of(const Move& move, StateNumber after) const {
  const StateChange here{.from = move.from, .to = after};
  if (move.to.from == kNoState) {
    return internal::cost_of(conviction_->ranking, {&here, 1}, room_);
  }
  const StateChange there{.from = move.to.from, .to = move.to.placing.to};
  return internal::cost_of(conviction_->ranking, std::array{here, there}, room_);
}

void Arena::offer_places(Move move, Move& best) const {
  const auto offer = [&](const Option& to, StateNumber after) {
    move.to = to;
    move.cost = cost_of(move, after);
    if (move.cost < best.cost) {
      best = move;
    }
  };
  for (const Placing& again : space_->placings(move.moved.profile, move.rest)) {
    offer({.from = kNoState, .placing = again}, again.to);
  }
  for_each_other(move.moved.profile, move.from,
                 [&](const Option& other) { offer(other, move.rest); });
}

template <typename Function>
void Arena::for_each_held(Function function) const {
  for (std::size_t number = 0; number < head_.size(); ++number) {
    if (head_[number] == kNoGpu) {
      continue;
    }
    const auto state = static_cast<StateNumber>(number);
    for (const StateSpace::Held& held : space_->held(state)) {
      function(Move{
          .from = state, .moved = held, .rest = space_->released(held.profile, held.start, state)});
    }
  }
}

Arena::Gpu Arena::carry_out(const Move& move) {
  const Gpu gpu = head_[move.from];
  const auto leaving = std::ranges::find_if(leaving_, [&](const Leaving& entry) {
    return entry.gpu == gpu && entry.start == move.moved.start;
  });
  leaving->start = move.to.placing.start;
  if (move.to.from == kNoState) {
    change(gpu, move.to.placing.to);
    return gpu;
  }
  const Gpu head = head_[move.to.from];
  leaving->gpu = head == gpu ? gpus_[head].next : head;
  // In the order in which the index does it: which GPU of a state is taken next depends on it.
  change(gpu, move.rest);
  change(leaving->gpu, move.to.placing.to);
  return gpu;
}

bool Arena::place_by_move(std::size_t profile, double until) {
  Move best;
  for_each_held([&](const Move& move) {
    for (const Placing& placing : space_->placings(profile, move.rest)) {
      Move placed = move;
      placed.placed = placing;
      placed.rest = placing.to;
      offer_places(placed, best);
    }
  });
  if (best.from == kNoState) {
    return false;
  }
  const Gpu gpu = carry_out(best);
  add_leaving({.time = until,
               .gpu = gpu,
               .profile = static_cast<std::uint8_t>(profile),
               .start = best.placed.start});
  return true;
}

bool Arena::consolidate(float gain_min) {
  Move best{.cost = -gain_min};
  for_each_held([&](const Move& move) { offer_places(move, best); });
  if (best.from == kNoState) {
    return false;
  }
  carry_out(best);
  return true;
}

}  // namespace sectile::internal
