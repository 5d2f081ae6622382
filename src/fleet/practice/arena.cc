#include "src/fleet/practice/arena.h"

#include <algorithm>

#include "sectile/base/check.h"

namespace sectile::internal {

Arena::Arena(const StateSpace& space, const Conviction& conviction, std::size_t gpus)
    : space_(&space), conviction_(&conviction), gpus_(gpus), head_(space.size(), kNoGpu) {
  SECTILE_CHECK(gpus >= 1 && gpus < kNoGpu);
  for (const auto& order : conviction.ranking.order) {
    open_.emplace_back(order.size());
  }
  for (std::size_t gpu = gpus; gpu > 0; --gpu) {
    link(static_cast<Gpu>(gpu - 1), kEmptyState);
  }
}

void Arena::link(Gpu gpu, StateNumber state) {
  Gpu& head = head_[state];
  gpus_[gpu] = {.next = head, .state = state};
  if (head != kNoGpu) {
    gpus_[head].previous = gpu;
  } else {
    for (std::size_t profile = 0; profile < open_.size(); ++profile) {
      const Rank rank = conviction_->ranking.rank_of[profile][state];
      if (rank != kNoRank) {
        open_[profile].insert(rank);
      }
    }
  }
  head = gpu;
}

void Arena::unlink(Gpu gpu) {
  const Node node = gpus_[gpu];
  if (node.next != kNoGpu) {
    gpus_[node.next].previous = node.previous;
  }
  if (node.previous != kNoGpu) {
    gpus_[node.previous].next = node.next;
    return;
  }
  head_[node.state] = node.next;
  if (node.next != kNoGpu) {
    return;
  }
  for (std::size_t profile = 0; profile < open_.size(); ++profile) {
    const Rank rank = conviction_->ranking.rank_of[profile][node.state];
    if (rank != kNoRank) {
      open_[profile].erase(rank);
    }
  }
}

void Arena::change(Gpu gpu, StateNumber to) {
  worth_ += conviction_->worth[to] - conviction_->worth[gpus_[gpu].state];
  unlink(gpu);
  link(gpu, to);
}

std::optional<Option> Arena::choose(std::size_t profile) const {
  const Rank rank = open_[profile].first();
  if (rank == kNoRank) {
    return std::nullopt;
  }
  const RankedState& best = conviction_->ranking.order[profile][rank];
  return Option{.from = best.state, .placing = best.choice.placing};
}

std::size_t Arena::choose(std::size_t profile, std::span<Option> options) const {
  std::size_t found = 0;
  for (Rank rank = open_[profile].first(); rank != kNoRank && found < options.size();
       rank = open_[profile].after(rank)) {
    const RankedState& ranked = conviction_->ranking.order[profile][rank];
    options[found++] = {.from = ranked.state, .placing = ranked.choice.placing};
    for (const Placing& placing : space_->placings(profile, ranked.state)) {
      if (found < options.size() && placing != ranked.choice.placing) {
        options[found++] = {.from = ranked.state, .placing = placing};
      }
    }
  }
  return found;
}

void Arena::place(std::size_t profile, const Option& option, double until) {
  const Gpu gpu = head_[option.from];
  change(gpu, option.placing.to);
  add_leaving({.time = until,
               .gpu = gpu,
               .profile = static_cast<std::uint8_t>(profile),
               .start = option.placing.start});
}

void Arena::add_leaving(const Leaving& entry) {
  leaving_.push_back(entry);
  std::push_heap(leaving_.begin(), leaving_.end());
}

void Arena::leave_until(double time) {
  while (!leaving_.empty() && leaving_.front().time <= time) {
    const Leaving next = leaving_.front();
    std::pop_heap(leaving_.begin(), leaving_.end());
    leaving_.pop_back();
    change(next.gpu, space_->released(next.profile, next.start, gpus_[next.gpu].state));
  }
}

}  // namespace sectile::internal
