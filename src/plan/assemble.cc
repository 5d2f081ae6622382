#include "src/plan/assemble.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"
#include "sectile/plan/usefulness.h"

namespace sectile::internal {
namespace {

// The pattern of each GPU; nullptr where nothing is added.
std::vector<const Pattern*> patterns_of_gpus(const Attempt& tried, const Answer& answer,
                                             std::size_t gpus) {
  std::vector<const Pattern*> result(gpus, nullptr);
  for (std::size_t i = 0; i < tried.kinds.size(); ++i) {
    // Full GPUs first, and the first wants on the first GPUs.
    std::vector<std::size_t> columns = answer.columns[i];
    std::ranges::sort(columns, std::ranges::greater{},
                      [&](std::size_t column) { return tried.kinds[i].patterns[column].serves; });
    for (std::size_t n = 0; n < columns.size(); ++n) {
      const Pattern& pattern = tried.kinds[i].patterns[columns[n]];
      result[tried.demand.kinds[i].gpus[n]] = pattern.fillings.empty() ? nullptr : &pattern;
    }
  }
  return result;
}

Slot slot_of(const Addition& addition, const Filling& filling) {
  Slot slot = Slot::bare(*addition.profile, addition.start);
  for (const FillingPart& part : filling.parts) {
    slot = *slot.with_compute(*addition.profile, part.compute);
  }
  return slot;
}

// Hands out the wants of each class in order.
class Wants {
 public:
  Wants(const Demand& demand, std::span<const Want> wants) {
    for (const DemandClass& each : demand.classes) {
      std::vector<std::size_t>& queue = queues_.emplace_back();
      for (const std::size_t want : each.wants) {
        queue.insert(queue.end(), static_cast<std::size_t>(wants[want].count), want);
      }
    }
    next_.resize(queues_.size(), 0);
  }

  std::size_t take(std::size_t demand_class) {
    return queues_[demand_class][next_[demand_class]++];
  }

 private:
  std::vector<std::vector<std::size_t>> queues_;
  std::vector<std::size_t> next_;
};

void place(Plan& plan, std::size_t gpu, const Pattern& pattern, Wants& wants) {
  // Fillings are sorted by profile, additions by start: each takes the next one of its profile.
  std::vector<const Filling*> left = pattern.fillings;
  for (const Addition& addition : pattern.shape->additions) {
    const auto filling = std::ranges::find(left, addition.profile, &Filling::profile);
    SECTILE_CHECK(filling != left.end());
    const Slot slot = slot_of(addition, **filling);
    plan.layouts[gpu] = *plan.layouts[gpu].with_unchecked(slot);
    for (const FillingPart& part : (*filling)->parts) {
      plan.assignments.push_back({.want = wants.take(part.demand_class),
                                  .gpu = gpu,
                                  .slot = slot,
                                  .compute = part.compute});
    }
    left.erase(filling);
  }
}

// Finds out why instances are where they are; the same questions come back on GPUs that are alike.
class Reasons {
 public:
  Reasons(std::span<const PlanGpu> gpus, std::span<const Want> wants)
      : gpus_(gpus), wants_(wants) {}

  PlacementReason find(const Plan& plan, std::size_t index) {
    const Assignment& assignment = plan.assignments[index];
    const Model& model = *gpus_[assignment.gpu].model;
    const Layout& layout = plan.layouts[assignment.gpu];
    const std::tuple key(&model, layout, assignment.slot.placement());
    auto found = known_.find(key);
    if (found == known_.end()) {
      found = known_.emplace(key, weigh(model, layout, assignment.slot)).first;
    }
    PlacementReason reason = found->second;
    reason.assignment = index;
    reason.profiles_considered = static_cast<int>(choices(model, wants_[assignment.want]).size());
    return reason;
  }

 private:
  static PlacementReason weigh(const Model& model, const Layout& layout, const Slot& slot) {
    const Layout others = layout.without(slot.placement());
    const Profile& profile = *model.find(slot.profile());
    PlacementReason reason{.usefulness = usefulness(model, layout)};
    reason.legal_starts = free_starts(model, others, profile);
    for (const int start : reason.legal_starts) {
      if (start != slot.placement().start) {
        const Layout other = *others.with_unchecked(Slot::bare(profile, start));
        reason.next_best = std::max(reason.next_best, usefulness(model, other));
      }
    }
    return reason;
  }

  std::span<const PlanGpu> gpus_;
  std::span<const Want> wants_;
  std::map<std::tuple<const Model*, Layout, Placement>, PlacementReason> known_;
};

void summarise(Plan& plan, std::span<const PlanGpu> gpus) {
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    plan.gpus_used += plan.layouts[i].size() > gpus[i].kept.size() ? 1 : 0;
    plan.usefulness += usefulness(*gpus[i].model, plan.layouts[i]);
  }
}

}  // namespace

Plan assemble(const Attempt& tried, const Answer& answer, std::span<const PlanGpu> gpus,
              std::span<const Want> wants) {
  Plan plan;
  Wants queue(tried.demand, wants);
  const std::vector<const Pattern*> chosen = patterns_of_gpus(tried, answer, gpus.size());
  for (std::size_t gpu = 0; gpu < gpus.size(); ++gpu) {
    plan.layouts.push_back(gpus[gpu].kept);
    if (chosen[gpu] != nullptr) {
      place(plan, gpu, *chosen[gpu], queue);
    }
  }
  std::ranges::stable_sort(plan.assignments, {}, &Assignment::want);
  Reasons reasons(gpus, wants);
  for (std::size_t i = 0; i < plan.assignments.size(); ++i) {
    plan.reasons.push_back(reasons.find(plan, i));
  }
  summarise(plan, gpus);
  return plan;
}

}  // namespace sectile::internal
