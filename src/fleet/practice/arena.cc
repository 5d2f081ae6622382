#include "src/fleet/practice/arena.h"

#include <algorithm>

#include "sectile/base/check.h"

namespace sectile::internal {
namespace {

// Instead of the last, before those that cost more.
void sort_in(const Option& option, std::span<Option> options) {
  std::size_t at = options.size() - 1;
  for (; at > 0 && options[at - 1].cost > option.cost; --at) {
    options[at] = options[at - 1];
  }
  options[at] = option;
}

}  // namespace

Arena::Arena(const StateSpace& space, const Conviction& conviction, std::size_t gpus)
    : space_(&space), conviction_(&conviction), gpus_(gpus), head_(space.size(), kNoGpu) {
  SECTILE_CHECK(gpus >= 1 && gpus < kNoGpu);
  for (const auto& order : conviction.ranking.order) {
    open_.emplace_back(order.size());
  }
  for (std::size_t gpu = gpus; gpu > 0; --gpu) {
    link(static_cast<Gpu>(gpu - 1), kEmptyState);
  }
  change_room(room_, {}, conviction.ranking.room[kEmptyState], static_cast<std::uint32_t>(gpus));
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
  const Ranking& ranking = conviction_->ranking;
  const StateNumber from = gpus_[gpu].state;
  lack_ += ranking.potential[to] - ranking.potential[from];
  change_room(room_, ranking.room[from], ranking.room[to]);
  unlink(gpu);
  link(gpu, to);
}

double Arena::worth() const {
  return -conviction_->unit * (lack_ + conviction_->ranking.scarcity.of(room_));
}

std::optional<Option> Arena::choose(std::size_t profile) const {
  Option best;
  return choose(profile, {&best, 1}) > 0 ? std::optional(best) : std::nullopt;
}

std::size_t Arena::choose(std::size_t profile, std::span<Option> options) const {
  const Ranking& ranking = conviction_->ranking;
  const OpenRanks& open = open_[profile];
  std::size_t found = 0;
  for (const RankGroup& group : ranking.groups[profile]) {
    if (found == options.size() && group.least >= options.back().cost) {
      break;
    }
    std::uint64_t ranks = open.of(group);
    const float closing = ranks != 0 ? ranking.scarcity.of_closing(group.closes, room_) : 0;
    for (; ranks != 0; ranks &= ranks - 1) {
      const RankedState& ranked = ranking.order[profile][first_rank(group, ranks)];
      const float cost = ranked.choice.cost + closing;
      if (found == options.size() && cost >= options.back().cost) {
        break;
      }
      found = std::min(found + 1, options.size());
      sort_in({.from = ranked.state, .placing = ranked.choice.placing, .cost = cost},
              options.first(found));
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
