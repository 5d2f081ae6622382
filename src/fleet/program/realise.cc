#include "src/fleet/program/realise.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"

namespace sectile::fleet::program {
namespace {

// What is still to be served from each item, want by want.
class Queues {
 public:
  Queues(const Program& program, const Solution& solution) : queues_(program.items) {
    for (std::size_t i = program.services.size(); i-- > 0;) {
      if (solution.services[i] > 0) {
        const Service& service = program.services[i];
        queues_[service.item].push_back({.want = service.need, .left = solution.services[i]});
      }
    }
  }

  bool empty(std::size_t item) const { return queues_[item].empty(); }

  std::size_t take(std::size_t item) {
    Entry& entry = queues_[item].back();
    const std::size_t want = entry.want;
    if (--entry.left == 0) {
      queues_[item].pop_back();
    }
    return want;
  }

  // How many times over the wants that `taken` lists by item can be taken before one runs out.
  std::int64_t repeats(const std::vector<std::pair<std::size_t, std::size_t>>& taken) const {
    std::map<std::pair<std::size_t, std::size_t>, std::int64_t> uses;
    for (const auto& use : taken) {
      ++uses[use];
    }
    std::int64_t least = INT64_MAX;
    for (const auto& [use, count] : uses) {
      least = std::min(least, left(use.first, use.second) / count);
    }
    return least;
  }

  void take(const std::vector<std::pair<std::size_t, std::size_t>>& taken, std::int64_t times) {
    for (const auto& [item, want] : taken) {
      std::vector<Entry>& queue = queues_[item];
      const auto entry = std::ranges::find(queue, want, &Entry::want);
      entry->left -= times;
      if (entry->left == 0) {
        queue.erase(entry);
      }
    }
  }

 private:
  struct Entry {
    std::size_t want;
    std::int64_t left;
  };

  std::int64_t left(std::size_t item, std::size_t want) const {
    const auto entry = std::ranges::find(queues_[item], want, &Entry::want);
    return entry == queues_[item].end() ? 0 : entry->left;
  }

  std::vector<std::vector<Entry>> queues_;
};

bool has(const Layout& layout, const Slot& slot) {
  const Slot* const found = layout.find(slot.placement());
  return found != nullptr && found->profile() == slot.profile();
}

class Realising {
 public:
  Realising(std::span<const FleetGpu> fleet, const Question& question, const Solution& solution,
            FleetPlan& plan)
      : fleet_(fleet),
        question_(question),
        solution_(solution),
        plan_(plan),
        queues_(question.program, solution) {}

  void run();

 private:
  using Taken = std::vector<std::pair<std::size_t, std::size_t>>;  // Items and wants.

  // A GPU and the maximal layout that it was given.
  struct Given {
    FleetGpuPlan plan;
    const State* state;
    const Layout* target;
  };

  void give_named();
  void serve_existing(Given& given);
  void serve_created(Given& given);
  void settle(Given& given);
  Taken fill(const State& state, const Layout& layout, BoughtGpus& bought) const;
  void buy(const State& state, const Layout& layout, std::int64_t count);
  void count_wants();
  std::size_t item_of(const State& state, const Slot& slot) const {
    return state.first_item + profile_index(state.ways->model(), slot.profile());
  }

  std::span<const FleetGpu> fleet_;
  const Question& question_;
  const Solution& solution_;
  FleetPlan& plan_;
  Queues queues_;
  std::vector<Given> given_;
};

// Within a group one GPU is as good as another: the first ones are taken.
void Realising::give_named() {
  std::vector<std::size_t> next(question_.states.size(), 0);
  for (std::size_t i = 0; i < question_.program.patterns.size(); ++i) {
    const std::size_t group = question_.program.patterns[i].group;
    const State& state = question_.states[group];
    for (std::int64_t n = state.gpus.empty() ? 0 : solution_.patterns[i]; n > 0; --n) {
      Given given{
          .plan = {}, .state = &state, .target = &state.ways->layouts()[question_.layouts[i]]};
      given.plan.gpu = state.gpus[next[group]++];
      given_.push_back(std::move(given));
    }
  }
  std::ranges::sort(given_, {}, [](const Given& given) { return given.plan.gpu; });
}

void Realising::serve_existing(Given& given) {
  const Layout& layout = fleet_[given.plan.gpu].layout;
  for (const Slot& slot : given.target->slots()) {
    const std::size_t item = item_of(*given.state, slot);
    if (!has(given.state->kept, slot) && has(layout, slot) && !queues_.empty(item)) {
      given.plan.serves.push_back({.want = queues_.take(item), .slot = slot, .created = false});
    }
  }
}

void Realising::serve_created(Given& given) {
  const Layout& layout = fleet_[given.plan.gpu].layout;
  for (const Slot& slot : given.target->slots()) {
    const std::size_t item = item_of(*given.state, slot);
    if (!has(layout, slot) && !queues_.empty(item)) {
      given.plan.serves.push_back({.want = queues_.take(item), .slot = slot, .created = true});
    }
  }
}

// The new layout: what serves and what is in use, and of the rest as much as may stay.
void Realising::settle(Given& given) {
  const FleetGpu& gpu = fleet_[given.plan.gpu];
  Layout all = gpu.layout;      // Everything that does not overlap with what is created.
  Layout planned = gpu.layout;  // Only what the maximal layout has too.
  for (const Slot& slot : gpu.layout.slots()) {
    const bool overlaps = std::ranges::any_of(given.plan.serves, [&](const FleetServing& serving) {
      return serving.created && serving.slot.placement().overlaps(slot.placement());
    });
    const bool kept = has(given.state->kept, slot);
    all = overlaps ? all.without(slot.placement()) : all;
    planned = kept || has(*given.target, slot) ? planned : planned.without(slot.placement());
  }
  for (const FleetServing& serving : given.plan.serves) {
    if (serving.created) {
      all = all.with_unchecked(serving.slot).value();
      planned = planned.with_unchecked(serving.slot).value();
    }
  }
  given.plan.layout = check(*gpu.model, all)       ? all
                      : check(*gpu.model, planned) ? planned
                                                   : *given.target;
  given.plan.destroyed = static_cast<int>(std::ranges::count_if(
      gpu.layout.slots(), [&](const Slot& slot) { return !has(given.plan.layout, slot); }));
}

// What one such GPU would serve of what is left.
Realising::Taken Realising::fill(const State& state, const Layout& layout,
                                 BoughtGpus& bought) const {
  Taken taken;
  Queues trial = queues_;
  for (const Slot& slot : layout.slots()) {
    const std::size_t item = item_of(state, slot);
    if (!trial.empty(item)) {
      const std::size_t want = trial.take(item);
      taken.emplace_back(item, want);
      bought.serves.push_back({.want = want, .slot = slot, .created = true});
      bought.layout = bought.layout.with_unchecked(slot).value();
    }
  }
  return taken;
}

// Batches of GPUs that serve alike.
void Realising::buy(const State& state, const Layout& layout, std::int64_t count) {
  while (count > 0) {
    BoughtGpus bought{.purchase = state.purchase, .count = 0, .layout = {}, .serves = {}};
    const Taken taken = fill(state, layout, bought);
    if (taken.empty()) {
      return;  // Nothing is left to serve: the rest need not be bought.
    }
    if (!check(state.ways->model(), bought.layout)) {
      bought.layout = layout;
    }
    bought.count = std::min(count, queues_.repeats(taken));
    queues_.take(taken, bought.count);
    count -= bought.count;
    plan_.bought.push_back(std::move(bought));
  }
}

void Realising::count_wants() {
  plan_.wants.resize(question_.program.needs.size());
  for (std::size_t i = 0; i < plan_.wants.size(); ++i) {
    plan_.wants[i].unserved = solution_.unserved[i];
  }
  for (std::size_t i = 0; i < question_.program.services.size(); ++i) {
    const Service& service = question_.program.services[i];
    const Item& item = question_.items[service.item];
    const ProfileId profile = item.model->profiles[item.profile].id;
    WantOutcome& want = plan_.wants[service.need];
    if (solution_.services[i] == 0) {
      continue;
    }
    want.served += solution_.services[i];
    const auto same = std::ranges::find_if(want.by, [&](const WantOutcome::By& by) {
      return by.model == item.model && by.profile == profile;
    });
    if (same == want.by.end()) {
      want.by.push_back({.model = item.model, .profile = profile, .count = solution_.services[i]});
    } else {
      same->count += solution_.services[i];
    }
  }
}

void Realising::run() {
  count_wants();
  give_named();
  std::ranges::for_each(given_, [&](Given& given) { serve_existing(given); });
  std::ranges::for_each(given_, [&](Given& given) { serve_created(given); });
  for (Given& given : given_) {
    if (!given.plan.serves.empty()) {
      settle(given);
      plan_.gpus.push_back(std::move(given.plan));
    }
  }
  for (std::size_t i = 0; i < question_.program.patterns.size(); ++i) {
    const State& state = question_.states[question_.program.patterns[i].group];
    if (state.gpus.empty()) {
      buy(state, state.ways->layouts()[question_.layouts[i]], solution_.patterns[i]);
    }
  }
}

}  // namespace

void realise(std::span<const FleetGpu> fleet, const Question& question, const Solution& solution,
             FleetPlan& plan) {
  Realising(fleet, question, solution, plan).run();
}

}  // namespace sectile::fleet::program
