// The search for one move, as in index/moves.cc but on one model without attributes.
#include <algorithm>

#include "src/fleet/practice/arena.h"

namespace sectile::internal {

std::optional<Option> Arena::choose_other(std::size_t profile, StateNumber except) const {
  const std::vector<RankedState>& order = conviction_->ranking.order[profile];
  Rank rank = open_[profile].first();
  if (rank != kNoRank && order[rank].state == except && gpus_[head_[except]].next == kNoGpu) {
    rank = open_[profile].after(rank);
  }
  if (rank == kNoRank) {
    return std::nullopt;
  }
  return Option{.from = order[rank].state, .placing = order[rank].choice.placing};
}

void Arena::offer_places(Move move, std::optional<Move>& best) const {
  const std::vector<double>& worth = conviction_->worth;
  const auto offer = [&](const Option& to, double gain) {
    if (!best || gain > best->gain) {
      best = move;
      best->to = to;
      best->gain = gain;
    }
  };
  for (const Placing& again : space_->placings(move.moved.profile, move.rest)) {
    offer({.from = kNoState, .placing = again}, worth[again.to] - worth[move.from]);
  }
  if (const std::optional<Option> other = choose_other(move.moved.profile, move.from)) {
    offer(*other,
          worth[move.rest] - worth[move.from] + worth[other->placing.to] - worth[other->from]);
  }
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
  std::optional<Move> best;
  for_each_held([&](Move move) {
    for (const Placing& placing : space_->placings(profile, move.rest)) {
      Move placed = move;
      placed.placed = placing;
      placed.rest = placing.to;
      offer_places(placed, best);
    }
  });
  if (!best) {
    return false;
  }
  const Gpu gpu = carry_out(*best);
  add_leaving({.time = until,
               .gpu = gpu,
               .profile = static_cast<std::uint8_t>(profile),
               .start = best->placed.start});
  return true;
}

bool Arena::consolidate(double gain_min) {
  std::optional<Move> best = Move{.gain = gain_min};
  for_each_held([&](const Move& move) { offer_places(move, best); });
  if (best->from == kNoState) {
    return false;
  }
  carry_out(*best);
  return true;
}

}  // namespace sectile::internal
