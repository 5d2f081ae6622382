#include "src/plan/patterns.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace sectile::internal {
namespace {

// Fills a GPU instance of one profile with compute instances that are wanted by themselves.
class ComputeWalk {
 public:
  ComputeWalk(const Demand& demand, std::size_t model, const Profile& profile)
      : demand_(demand), model_(model), profile_(profile) {
    for (const ComputeProfile& compute : profile.compute_profiles) {
      if (!classes_of(compute.id).empty()) {
        add_candidates(compute);
      }
    }
  }

  std::vector<Filling> run() {
    arrange(Slot::bare(profile_, profile_.starts.front()));
    for (const auto& [kinds, slot] : arrangements_) {
      serve(slot, {.profile = &profile_, .serves = std::vector<int>(demand_.classes.size(), 0)});
    }
    return std::move(found_);
  }

 private:
  void add_candidates(const ComputeProfile& compute) {
    for (const Placement& placement : compute.placements) {
      candidates_.push_back({.profile = compute.id, .placement = placement});
    }
  }

  // One arrangement for each multiset of compute instances that fits. Every start is tried, since
  // a low one may be in the way of a larger compute instance.
  void arrange(const Slot& slot) {
    if (!seen_.insert(slot).second) {
      return;
    }
    std::vector<ComputeProfileId> kinds;
    std::ranges::transform(slot.compute(), std::back_inserter(kinds), &ComputeSlot::profile);
    std::ranges::sort(kinds);
    arrangements_.try_emplace(kinds, slot);
    for (const ComputeSlot& compute : candidates_) {
      if (const Result<Slot> next = slot.with_compute(profile_, compute)) {
        arrange(*next);
      }
    }
  }

  // Gives each compute instance of the slot to a class, in every way.
  void serve(const Slot& slot, const Filling& filling) {
    if (filling.parts.size() == slot.compute().size()) {
      if (!filling.parts.empty() && served_.insert(filling.serves).second) {
        found_.push_back(filling);
      }
      return;
    }
    const ComputeSlot& compute = slot.compute()[filling.parts.size()];
    for (const auto& [k, option] : classes_of(compute.profile)) {
      if (filling.serves[k] < demand_.classes[k].count) {
        Filling more = filling;
        ++more.serves[k];
        more.parts.push_back({.demand_class = k, .compute = compute});
        more.rank += option->rank;
        serve(slot, more);
      }
    }
  }

  std::vector<std::pair<std::size_t, const Option*>> classes_of(ComputeProfileId compute) const {
    std::vector<std::pair<std::size_t, const Option*>> classes;
    for (std::size_t k = 0; k < demand_.classes.size(); ++k) {
      const std::vector<Option>& options = demand_.classes[k].options[model_];
      const auto found = std::ranges::find_if(options, [&](const Option& option) {
        const Choice& choice = option.choice;
        return choice.profile == &profile_ && choice.compute != nullptr &&
               choice.compute->id == compute;
      });
      if (found != options.end()) {
        classes.emplace_back(k, &*found);
      }
    }
    return classes;
  }

  const Demand& demand_;
  std::size_t model_;
  const Profile& profile_;
  std::vector<ComputeSlot> candidates_;
  std::set<Slot> seen_;
  std::map<std::vector<ComputeProfileId>, Slot> arrangements_;
  std::set<std::vector<int>> served_;
  std::vector<Filling> found_;
};

// Serves a shape's instances in every way, the fillings of equal profiles in ascending order.
class PatternWalk {
 public:
  PatternWalk(const Demand& demand, const std::vector<std::vector<Filling>>& fillings)
      : demand_(demand), fillings_(fillings) {}

  void visit(const Shape& shape) {
    profiles_.clear();
    for (std::size_t p = 0; p < shape.counts.size(); ++p) {
      profiles_.insert(profiles_.end(), static_cast<std::size_t>(shape.counts[p]), p);
    }
    current_ = {.serves = std::vector<int>(demand_.classes.size(), 0), .shape = &shape};
    from(0, 0);
  }

  std::vector<Pattern> take() {
    std::vector<Pattern> result;
    result.reserve(best_.size());
    for (auto& [serves, pattern] : best_) {
      result.push_back(std::move(pattern));
    }
    return result;
  }

 private:
  void from(std::size_t instance, std::size_t least) {
    if (instance == profiles_.size()) {
      keep_if_best();
      return;
    }
    const std::vector<Filling>& ways = fillings_[profiles_[instance]];
    for (std::size_t i = least; i < ways.size(); ++i) {
      if (!can_take(ways[i])) {
        continue;
      }
      const bool same =
          instance + 1 < profiles_.size() && profiles_[instance + 1] == profiles_[instance];
      change(ways[i], 1);
      current_.fillings.push_back(&ways[i]);
      from(instance + 1, same ? i : 0);
      current_.fillings.pop_back();
      change(ways[i], -1);
    }
  }

  bool can_take(const Filling& filling) const {
    return std::ranges::all_of(filling.parts, [&](const FillingPart& part) {
      const std::size_t k = part.demand_class;
      return current_.serves[k] + filling.serves[k] <= demand_.classes[k].count;
    });
  }

  void change(const Filling& filling, int sign) {
    for (std::size_t k = 0; k < filling.serves.size(); ++k) {
      current_.serves[k] += sign * filling.serves[k];
    }
    current_.rank += sign * filling.rank;
    current_.given_up += sign * filling.given_up;
  }

  void keep_if_best() {
    const auto measure = [](const Pattern& pattern) {
      return std::tuple(pattern.given_up, -pattern.shape->usefulness, pattern.rank);
    };
    const auto [found, added] = best_.try_emplace(current_.serves, current_);
    if (!added && measure(current_) < measure(found->second)) {
      found->second = current_;
    }
  }

  const Demand& demand_;
  const std::vector<std::vector<Filling>>& fillings_;
  std::vector<std::size_t> profiles_;  // Of each instance of the shape.
  Pattern current_;
  std::map<std::vector<int>, Pattern> best_;  // By what is served: nothing comes first.
};

bool uses(const DemandClass& wanted, std::size_t model, const Profile& profile) {
  return std::ranges::any_of(wanted.options[model], [&](const Option& option) {
    return option.choice.profile == &profile;
  });
}

std::vector<const Profile*> useful_profiles(const Demand& demand, std::size_t model) {
  std::vector<const Profile*> profiles;
  for (const Profile& profile : demand.models[model]->profiles) {
    const bool used = std::ranges::any_of(
        demand.classes, [&](const DemandClass& wanted) { return uses(wanted, model, profile); });
    if (used) {
      profiles.push_back(&profile);
    }
  }
  return profiles;
}

// A GPU instance that serves one instance of class `k` and has the compute instance that fills it.
Filling full_filling(const Demand& demand, std::size_t k, const Option& option) {
  const Profile& profile = *option.choice.profile;
  const ComputeProfile& full = profile.full_compute();
  Filling filling{.profile = &profile,
                  .serves = std::vector<int>(demand.classes.size(), 0),
                  .rank = option.rank,
                  .given_up = option.given_up};
  filling.serves[k] = 1;
  filling.parts.push_back(
      {.demand_class = k, .compute = {.profile = full.id, .placement = full.placements.front()}});
  return filling;
}

}  // namespace

std::vector<Filling> fillings(const Demand& demand, std::size_t model, const Profile& profile) {
  std::vector<Filling> found = ComputeWalk(demand, model, profile).run();
  for (std::size_t k = 0; k < demand.classes.size(); ++k) {
    const std::vector<Option>& options = demand.classes[k].options[model];
    const auto option = std::ranges::find(options, Choice{.profile = &profile}, &Option::choice);
    if (option != options.end()) {
      found.push_back(full_filling(demand, k, *option));
    }
  }
  return found;
}

KindPatterns patterns(const Demand& demand, const GpuKind& kind, ShapeMemory& memory) {
  KindPatterns result;
  const std::vector<const Profile*> profiles = useful_profiles(demand, kind.model);
  for (const Profile* profile : profiles) {
    result.fillings.push_back(fillings(demand, kind.model, *profile));
  }
  PatternWalk walk(demand, result.fillings);
  for (const Shape& shape : memory.find(*demand.models[kind.model], kind.kept, profiles)) {
    walk.visit(shape);
  }
  result.patterns = walk.take();
  return result;
}

}  // namespace sectile::internal
