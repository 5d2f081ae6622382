#include "src/plan/explain_infeasible.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sectile/geometry/fit.h"
#include "src/plan/assemble.h"
#include "src/plan/describe.h"
#include "src/plan/label.h"

namespace sectile::internal {
namespace {

// The slices of some GPUs and what their instances take of them.
struct Usage {
  int memory_slices = 0;
  int memory_used = 0;
  int compute_slices = 0;
  int compute_used = 0;
};

std::string name_of(const Model& model, ProfileId id) {
  const Profile* profile = model.find(id);
  return profile != nullptr ? profile->name : "profile " + std::to_string(id.value);
}

Usage usage(std::span<const PlanGpu> gpus, std::span<const Layout> layouts) {
  Usage sum;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    sum.memory_slices += gpus[i].model->memory_slices;
    sum.memory_used += std::popcount(layouts[i].used());
    sum.compute_slices += gpus[i].model->compute_slices;
    for (const Slot& slot : layouts[i].slots()) {
      const Profile* profile = gpus[i].model->find(slot.profile());
      sum.compute_used += profile != nullptr ? profile->compute_slices : 0;
    }
  }
  return sum;
}

// "2x 3g.40gb (4 memory slices each) and 1x 2g.20gb (2 memory slices)".
std::string instances(std::span<const PlanGpu> gpus, std::span<const Layout> layouts) {
  std::map<std::pair<int, std::string>, int> counts;  // Largest first, by negative size.
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    for (const Slot& slot : layouts[i].slots()) {
      ++counts[{-slot.placement().size, name_of(*gpus[i].model, slot.profile())}];
    }
  }
  std::vector<std::string> items;
  items.reserve(counts.size());
  for (const auto& [key, count] : counts) {
    items.push_back(std::to_string(count) + "x " + key.second + " (" +
                    number_of(-key.first, "memory slice") + (count > 1 ? " each)" : ")"));
  }
  return listed(items);
}

std::string of_gpus(std::size_t gpus) {
  return gpus == 1 ? "" : " of " + std::to_string(gpus) + " GPUs";
}

// The least option of a class on a model; nullptr if there is none.
const Profile* least(const std::vector<Option>& options) {
  return options.empty() ? nullptr : options.front().choice.profile;
}

class Explainer {
 public:
  Explainer(const Attempt& tried, std::span<const PlanGpu> gpus, std::span<const Want> wants)
      : tried_(tried),
        gpus_(gpus),
        wants_(wants),
        partial_(assemble(tried, tried.answer, gpus, wants)) {
    for (const PlanGpu& gpu : gpus) {
      kept_.push_back(gpu.kept);
    }
  }

  Infeasible run() {
    Infeasible result{.malformed = !tried_.demand.hopeless.empty(),
                      .proven = tried_.proven_incomplete()};
    const std::vector<int> counts = unplaced(tried_, wants_);
    for (std::size_t want = 0; want < wants_.size(); ++want) {
      if (counts[want] > 0 && (!result.malformed || hopeless(want))) {
        result.missing.push_back(missing(want, counts[want]));
      }
    }
    if (!result.missing.empty()) {
      result.summary = (result.proven ? "" : "no plan was found, which is no proof: ") +
                       result.missing.front().reason;
    }
    return result;
  }

 private:
  bool hopeless(std::size_t want) const {
    return std::ranges::find(tried_.demand.hopeless, want) != tried_.demand.hopeless.end();
  }

  Missing missing(std::size_t want, int count) const {
    const Usage before = usage(gpus_, kept_);
    Missing result{.want = want,
                   .unplaced = count,
                   .memory_slices_free = before.memory_slices - before.memory_used,
                   .largest_free_run = largest_free_run()};
    if (hopeless(want)) {
      result.reason = why_hopeless(wants_[want]);
      return result;
    }
    const auto wanted = std::ranges::find_if(tried_.demand.classes, [&](const DemandClass& each) {
      return std::ranges::find(each.wants, want) != each.wants.end();
    });
    result.memory_slices_needed = least_memory(*wanted);
    result.holders = holders(*wanted);
    result.reason = std::to_string(count) + "x " + describe(wants_[want]) + " (" +
                    number_of(result.memory_slices_needed, "memory slice") +
                    (count > 1 ? " each" : "") + ") without a place: " + cause(*wanted);
    return result;
  }

  // The longest run that some profile could take now.
  int largest_free_run() const {
    int longest = 0;
    for (const PlanGpu& gpu : gpus_) {
      for (const Profile& profile : gpu.model->profiles) {
        const bool fits_now = !free_starts(*gpu.model, gpu.kept, profile).empty();
        longest = std::max(longest, fits_now ? profile.memory_slices : 0);
      }
    }
    return longest;
  }

  std::string why_hopeless(const Want& want) const {
    if (gpus_.empty()) {
      return describe(want) + " cannot be served: there is no GPU to plan on";
    }
    std::vector<std::string> offers;
    offers.reserve(tried_.demand.models.size());
    for (const Model* model : tried_.demand.models) {
      offers.push_back(model->key + " offers " + profile_names(*model));
    }
    return "no profile serves " + describe(want) + ": " + listed(offers);
  }

  int least_memory(const DemandClass& wanted) const {
    int slices = 0;
    for (const std::vector<Option>& options : wanted.options) {
      if (const Profile* profile = least(options)) {
        slices = slices == 0 ? profile->memory_slices : std::min(slices, profile->memory_slices);
      }
    }
    return slices;
  }

  const std::vector<Option>& options_on(const DemandClass& wanted, const PlanGpu& gpu) const {
    const auto found = std::ranges::find(tried_.demand.models, gpu.model);
    return wanted.options[static_cast<std::size_t>(found - tried_.demand.models.begin())];
  }

  // Kept instances that hold slices which the want could use.
  std::vector<std::string> holders(const DemandClass& wanted) const {
    std::vector<std::string> result;
    for (const PlanGpu& gpu : gpus_) {
      add_holders(gpu, options_on(wanted, gpu), result);
    }
    return result;
  }

  static void add_holders(const PlanGpu& gpu, const std::vector<Option>& options,
                          std::vector<std::string>& result) {
    for (std::size_t i = 0; i < gpu.kept.size(); ++i) {
      if (in_the_way(options, gpu.kept.slots()[i].placement())) {
        result.push_back(holder(gpu, i));
      }
    }
  }

  static std::string holder(const PlanGpu& gpu, std::size_t i) {
    const Slot& slot = gpu.kept.slots()[i];
    const bool idle = i >= gpu.holders.size() || gpu.holders[i].empty();
    return gpu.name + " " + to_string(slot.placement()) + " " +
           name_of(*gpu.model, slot.profile()) + " " + (idle ? "idle" : gpu.holders[i]);
  }

  static bool in_the_way(const std::vector<Option>& options, const Placement& placement) {
    return std::ranges::any_of(options, [&](const Option& option) {
      const Profile& profile = *option.choice.profile;
      return std::ranges::any_of(profile.starts,
                                 [&](int start) { return profile.at(start).overlaps(placement); });
    });
  }

  // What binds: memory slices, compute slices, a rule of the GPU, or where instances may start.
  std::string cause(const DemandClass& wanted) const {
    const Usage after = usage(gpus_, partial_.layouts);
    const std::string taken = instances(gpus_, partial_.layouts);
    const std::string all = of_gpus(gpus_.size());
    const std::string compute = std::to_string(after.compute_used) + " of " +
                                number_of(after.compute_slices, "compute slice");
    if (after.memory_used == after.memory_slices) {
      return taken + " take all " + number_of(after.memory_slices, "memory slice") + all +
             (after.compute_used < after.compute_slices ? " although they use only " + compute
                                                        : " and " + compute);
    }
    if (after.compute_used == after.compute_slices) {
      return taken + " take all " + number_of(after.compute_slices, "compute slice") + all;
    }
    if (const std::optional<std::string> rule = broken_rule(wanted)) {
      return *rule;
    }
    const int free = after.memory_slices - after.memory_used;
    const std::string beside = taken.empty() ? "" : " beside " + taken;
    return number_of(free, "memory slice") + all + (free == 1 ? " is" : " are") + " free" + beside +
           ", but not where one may start: " + starts(wanted);
  }

  // What keeps the want off slices that are free; nothing if the slices are what is missing.
  std::optional<std::string> broken_rule(const DemandClass& wanted) const {
    std::optional<std::string> rule;
    for (std::size_t i = 0; i < gpus_.size() && !rule; ++i) {
      const std::vector<Option>& options = options_on(wanted, gpus_[i]);
      for (auto option = options.begin(); option != options.end() && !rule; ++option) {
        rule = broken_rule(i, *option->choice.profile);
      }
    }
    return rule;
  }

  std::optional<std::string> broken_rule(std::size_t gpu, const Profile& profile) const {
    const Model& model = *gpus_[gpu].model;
    const Layout& layout = partial_.layouts[gpu];
    for (const int start : profile.starts) {
      const Refusal why = refusal(model, layout, profile, start);
      if (why != Refusal::kSlicesTaken && why != Refusal::kNone) {
        return can_add(model, layout, Slot(profile, start)).error().message;
      }
    }
    return std::nullopt;
  }

  std::string starts(const DemandClass& wanted) const {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < wanted.options.size(); ++i) {
      if (const Profile* profile = least(wanted.options[i])) {
        parts.push_back(profile->name + " at " + starts_of(*profile) + " of " +
                        tried_.demand.models[i]->key);
      }
    }
    return listed(parts);
  }

  static std::string starts_of(const Profile& profile) {
    std::vector<std::string> slices;
    slices.reserve(profile.starts.size());
    for (const int start : profile.starts) {
      slices.push_back(std::to_string(start));
    }
    return listed(slices);
  }

  const Attempt& tried_;
  std::span<const PlanGpu> gpus_;
  std::span<const Want> wants_;
  Plan partial_;
  std::vector<Layout> kept_;
};

}  // namespace

Infeasible explain_infeasible(const Attempt& tried, std::span<const PlanGpu> gpus,
                              std::span<const Want> wants) {
  return Explainer(tried, gpus, wants).run();
}

}  // namespace sectile::internal
