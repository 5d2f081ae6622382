// Where an instance goes that nothing has to move for.
#include <limits>

#include "src/fleet/index/core.h"

namespace sectile {

std::optional<FleetInstance> FleetIndex::Core::place(WantNumber number, TenantNumber tenant) {
  const Want& want = wants_[number.value];
  if (ordered_by_gpu(rule_)) {
    return place_by_number(want, tenant);
  }
  float best_cost = std::numeric_limits<float>::infinity();
  std::optional<FleetInstance> best;
  StateNumber to = kNoState;
  for_each_class(tenant, [&](ClassNumber number_of_class) {
    const Class& entry = classes_[number_of_class];
    const std::uint8_t profile = served(want, entry.model);
    if (profile == kNotServed) {
      return;
    }
    const internal::Ranking& ranking = models_[entry.model].ranking;
    const auto look = [&](const internal::RankGroup& group, internal::Rank rank) {
      const internal::RankedState& ranked = ranking.order[profile][rank];
      const float cost = ranked.choice.cost + ranking.scarcity.of_closing(group.closes, entry.room);
      if (cost >= best_cost) {
        return;
      }
      best_cost = cost;
      to = ranked.choice.placing.to;
      best = FleetInstance{.gpu = entry.head[ranked.state],
                           .profile = profile,
                           .start = ranked.choice.placing.start};
    };
    internal::for_each_best(ranking, profile, entry.open[profile], internal::kNoRank, look);
  });
  if (best) {
    change_state(best->gpu, to);
  }
  return best;
}

std::optional<GpuNumber> FleetIndex::Core::next_with_room(const Want& want, TenantNumber tenant,
                                                          std::size_t from) const {
  std::optional<GpuNumber> best;
  for (const std::size_t model : want.models) {
    const internal::OrderedSet& roomy = models_[model].roomy[want.profile[model]];
    std::optional<std::size_t> gpu = roomy.next(from);
    while (gpu && (!best || *gpu < *best)) {
      const TenantNumber owner = class_of(static_cast<GpuNumber>(*gpu)).attributes.tenant;
      if (owner == kNobody || owner == tenant) {
        best = static_cast<GpuNumber>(*gpu);
        break;
      }
      gpu = roomy.next(*gpu + 1);
    }
  }
  return best;
}

std::optional<FleetInstance> FleetIndex::Core::place_by_number(const Want& want,
                                                               TenantNumber tenant) {
  const std::size_t from = rule_ == Rule::kRoundRobin ? cursor_ : 0;
  std::optional<GpuNumber> gpu = next_with_room(want, tenant, from);
  if (!gpu && from > 0) {
    gpu = next_with_room(want, tenant, 0);
  }
  if (!gpu) {
    return std::nullopt;
  }
  cursor_ = *gpu + 1;
  const std::size_t model = class_of(*gpu).model;
  const std::uint8_t profile = want.profile[model];
  const Placing placing = models_[model].space->placings(profile, gpus_[*gpu].state).front();
  change_state(*gpu, placing.to);
  return FleetInstance{.gpu = *gpu, .profile = profile, .start = placing.start};
}

}  // namespace sectile
