// The search for one move: over classes of GPUs and the instances in them, not over GPUs.
#include <array>
#include <cmath>

#include "sectile/base/check.h"
#include "src/fleet/index/core.h"

namespace sectile {

template <typename Function>
void FleetIndex::Core::for_each_other(ClassNumber from, StateNumber state, std::size_t profile,
                                      Function function) const {
  const Class& home = classes_[from];
  const internal::Ranking& ranking = models_[home.model].ranking;
  const auto look = [&](ClassNumber number) {
    const Class& entry = classes_[number];
    if (entry.model != home.model) {
      return;
    }
    const bool alone = number == from && entry.count[state] == 1;
    const internal::Rank except = alone ? ranking.rank_of[profile][state] : internal::kNoRank;
    internal::for_each_best(
        ranking, profile, entry.open[profile], except, [&](internal::Rank rank) {
          const internal::RankedState& ranked = ranking.order[profile][rank];
          function(
              Choice{.number_of_class = number, .state = ranked.state, .choice = ranked.choice});
        });
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
}

float FleetIndex::Core::cost_of(const MovePlan& plan, StateNumber after) const {
  const Class& home = classes_[plan.number_of_class];
  const internal::Ranking& ranking = models_[home.model].ranking;
  const internal::StateChange here{.from = plan.state, .to = after};
  if (!plan.to) {
    return internal::cost_of(ranking, {&here, 1}, home.room);
  }
  const internal::StateChange there{.from = plan.to->state, .to = plan.to->choice.placing.to};
  if (plan.to->number_of_class == plan.number_of_class) {
    return internal::cost_of(ranking, std::array{here, there}, home.room);
  }
  return internal::cost_of(ranking, {&here, 1}, home.room) +
         internal::cost_of(ranking, {&there, 1}, classes_[plan.to->number_of_class].room);
}

// `plan` has the instance taken away and the request placed, if there is one; `without` is the
// state of that.
void FleetIndex::Core::try_places(ClassNumber from, MovePlan plan, MovePlan& best) const {
  const auto offer = [&](StateNumber after) {
    plan.cost = cost_of(plan, after);
    if (plan.cost < best.cost) {
      best = plan;
    }
  };
  const StateSpace& space = *models_[classes_[from].model].space;
  for (const Placing& again : space.placings(plan.moved.profile, plan.without)) {
    plan.to_start = again.start;
    offer(again.to);
  }
  for_each_other(from, plan.state, plan.moved.profile, [&](const Choice& other) {
    plan.to = other;
    plan.to_start = other.choice.placing.start;
    offer(plan.without);
  });
}

void FleetIndex::Core::try_moves_of(ClassNumber from, StateNumber state, std::size_t wanted,
                                    MovePlan& best) const {
  const StateSpace& space = *models_[classes_[from].model].space;
  for (const StateSpace::Held& moved : space.held(state)) {
    const StateNumber rest = space.released(moved.profile, moved.start, state);
    for (const Placing& placing : space.placings(wanted, rest)) {
      try_places(from,
                 {.number_of_class = from,
                  .state = state,
                  .moved = moved,
                  .without = placing.to,
                  .placed_start = placing.start},
                 best);
    }
  }
}

void FleetIndex::Core::try_consolidating(ClassNumber from, StateNumber state,
                                         MovePlan& best) const {
  const StateSpace& space = *models_[classes_[from].model].space;
  for (const StateSpace::Held& moved : space.held(state)) {
    const StateNumber rest = space.released(moved.profile, moved.start, state);
    try_places(from, {.number_of_class = from, .state = state, .moved = moved, .without = rest},
               best);
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
