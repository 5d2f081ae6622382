// The search for one move: over classes of GPUs and the instances in them, not over GPUs.
#include <algorithm>
#include <cmath>

#include "sectile/base/check.h"
#include "src/fleet/index/core.h"

namespace sectile {

internal::Rank FleetIndex::Core::first_other(ClassNumber number, ClassNumber from,
                                             StateNumber state, std::size_t profile) const {
  const Class& entry = classes_[number];
  const internal::Rank rank = entry.open[profile].first();
  if (rank == internal::kNoRank || number != from || entry.count[state] != 1) {
    return rank;
  }
  const internal::Ranking& ranking = models_[entry.model].ranking;
  return ranking.order[profile][rank].state == state ? entry.open[profile].after(rank) : rank;
}

std::optional<FleetIndex::Core::Choice> FleetIndex::Core::best_other(ClassNumber from,
                                                                     StateNumber state,
                                                                     std::size_t profile) const {
  const Class& home = classes_[from];
  const internal::Ranking& ranking = models_[home.model].ranking;
  std::optional<Choice> best;
  float best_cost = std::numeric_limits<float>::infinity();
  const auto look = [&](ClassNumber number) {
    if (classes_[number].model != home.model) {
      return;
    }
    const internal::Rank rank = first_other(number, from, state, profile);
    if (rank == internal::kNoRank) {
      return;
    }
    const internal::RankedState& ranked = ranking.order[profile][rank];
    const StateNumber to = ranked.choice.placing.to;
    const float cost = ranking.potential[to] - ranking.potential[ranked.state];
    if (cost >= best_cost) {
      return;
    }
    best_cost = cost;
    best = Choice{.number_of_class = number, .state = ranked.state, .choice = ranked.choice};
    best->choice.cost = cost;
  };
  // What is moved stays with its tenant: on GPUs that serve the same one.
  if (home.attributes.tenant == kNobody) {
    for (const ClassNumber number : open_to_all_) {
      look(number);
    }
  } else {
    for (const ClassNumber number : open_to(home.attributes.tenant)) {
      look(number);
    }
  }
  return best;
}

// `plan` has the instance taken away and the request placed; `without` is the state of that.
void FleetIndex::Core::try_moves_beside(ClassNumber from, const MovePlan& plan,
                                        MovePlan& best) const {
  const ModelEntry& model = models_[classes_[from].model];
  const std::vector<float>& potential = model.ranking.potential;
  for (const Placing& again : model.space->placings(plan.moved.profile, plan.without)) {
    const float cost = potential[again.to] - potential[plan.state];
    if (cost >= best.cost) {
      continue;
    }
    best = plan;
    best.cost = cost;
    best.to_start = again.start;
  }
}

void FleetIndex::Core::try_moves_of(ClassNumber from, StateNumber state, std::size_t wanted,
                                    MovePlan& best) const {
  const ModelEntry& model = models_[classes_[from].model];
  const std::vector<float>& potential = model.ranking.potential;
  for (const StateSpace::Held& moved : model.space->held(state)) {
    const StateNumber rest = model.space->released(moved.profile, moved.start, state);
    const auto placings = model.space->placings(wanted, rest);
    if (placings.empty()) {
      continue;
    }
    const std::optional<Choice> other = best_other(from, state, moved.profile);
    for (const Placing& placing : placings) {
      MovePlan plan{.number_of_class = from,
                    .state = state,
                    .moved = moved,
                    .without = placing.to,
                    .placed_start = placing.start};
      try_moves_beside(from, plan, best);
      if (!other) {
        continue;
      }
      plan.cost = potential[placing.to] - potential[state] + other->choice.cost;
      if (plan.cost >= best.cost) {
        continue;
      }
      plan.to = other;
      plan.to_start = other->choice.placing.start;
      best = plan;
    }
  }
}

void FleetIndex::Core::try_consolidating(ClassNumber from, StateNumber state,
                                         MovePlan& best) const {
  const ModelEntry& model = models_[classes_[from].model];
  const std::vector<float>& potential = model.ranking.potential;
  for (const StateSpace::Held& moved : model.space->held(state)) {
    MovePlan plan{.number_of_class = from, .state = state, .moved = moved};
    plan.without = model.space->released(moved.profile, moved.start, state);
    try_moves_beside(from, plan, best);
    const std::optional<Choice> other = best_other(from, state, moved.profile);
    if (!other) {
      continue;
    }
    plan.cost = potential[plan.without] - potential[state] + other->choice.cost;
    if (plan.cost >= best.cost) {
      continue;
    }
    plan.to = other;
    plan.to_start = other->choice.placing.start;
    best = plan;
  }
}

FleetMove FleetIndex::Core::named(const MovePlan& plan) const {
  const GpuNumber gpu = classes_[plan.number_of_class].head[plan.state];
  GpuNumber target = gpu;
  if (plan.to) {
    target = classes_[plan.to->number_of_class].head[plan.to->state];
    if (target == gpu) {
      target = gpus_[gpu].next;
    }
  }
  SECTILE_CHECK(gpu != kNoGpu && target != kNoGpu);
  return {.from = {.gpu = gpu, .profile = plan.moved.profile, .start = plan.moved.start},
          .to = {.gpu = target, .profile = plan.moved.profile, .start = plan.to_start}};
}

std::optional<MovedPlacement> FleetIndex::Core::choose_with_move(WantNumber number,
                                                                 TenantNumber tenant) {
  const Want& want = wants_[number.value];
  MovePlan best;
  for_each_class(tenant, [&](ClassNumber from) {
    const Class& entry = classes_[from];
    const std::uint8_t profile = served(want, entry.model);
    if (profile == kNotServed || !entry.attributes.movable) {
      return;
    }
    for (std::size_t state = 0; state < entry.count.size(); ++state) {
      if (entry.count[state] > 0) {
        try_moves_of(from, static_cast<StateNumber>(state), profile, best);
      }
    }
  });
  if (std::isinf(best.cost)) {
    return std::nullopt;
  }
  const FleetMove move = named(best);
  return MovedPlacement{.placed = {.gpu = move.from.gpu,
                                   .profile = served(want, classes_[best.number_of_class].model),
                                   .start = best.placed_start},
                        .move = move};
}

std::optional<FleetMove> FleetIndex::Core::choose_consolidation(float gain_min) {
  MovePlan best{.cost = -gain_min};
  for (std::size_t from = 0; from < classes_.size(); ++from) {
    const Class& entry = classes_[from];
    if (!entry.attributes.accepts || !entry.attributes.movable) {
      continue;
    }
    for (std::size_t state = 0; state < entry.count.size(); ++state) {
      if (entry.count[state] == 0) {
        continue;
      }
      try_consolidating(static_cast<ClassNumber>(from), static_cast<StateNumber>(state), best);
    }
  }
  if (best.without == kNoState) {
    return std::nullopt;
  }
  return named(best);
}

}  // namespace sectile
