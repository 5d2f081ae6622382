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
  const internal::RankedState* best = nullptr;
  const Class* best_class = nullptr;
  for_each_class(tenant, [&](ClassNumber number_of_class) {
    const Class& entry = classes_[number_of_class];
    const std::uint8_t profile = served(want, entry.model);
    if (profile == kNotServed) {
      return;
    }
    const internal::Ranking& ranking = models_[entry.model].ranking;
    const internal::OpenRanks& open = entry.open[profile];
    for (const internal::RankGroup& group : ranking.groups[profile]) {
      if (group.least >= best_cost) {
        break;
      }
      const std::uint64_t ranks = open.of(group);
      if (ranks == 0) {
        continue;
      }
      const internal::RankedState& ranked =
          ranking.order[profile][internal::first_rank(group, ranks)];
      const float cost = ranked.choice.cost + ranking.scarcity.of_closing(group.closes, entry.room);
      if (cost < best_cost) {
        best_cost = cost;
        best = &ranked;
        best_class = &entry;
      }
    }
  });
  if (best == nullptr) {
    return std::nullopt;
  }
  const FleetInstance placed{.gpu = best_class->head[best->state],
                             .profile = want.profile[best_class->model],
                             .start = best->choice.placing.start};
  change_state(placed.gpu, best->choice.placing.to);
  return placed;
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
