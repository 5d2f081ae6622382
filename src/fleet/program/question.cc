#include "src/fleet/program/question.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sectile/base/check.h"
#include "src/fleet/program/grouping.h"

namespace sectile::fleet::program {
namespace {

// Builds a Question step by step.
class Asking {
 public:
  Asking(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
         const FleetRequest& request)
      : fleet_(fleet), wants_(wants), request_(request) {}

  Question build();

 private:
  void note_models();
  void add_needs();
  void group_gpus();
  void add_purchases();
  void add_state(State state, Group group, Costs used);
  std::size_t first_item(const Model& model, const std::string& tenant);
  bool minds(Goal goal) const { return level_of(goal) < request_.goals.size(); }
  std::size_t level_of(Goal goal) const {
    return static_cast<std::size_t>(std::ranges::find(request_.goals, goal) -
                                    request_.goals.begin());
  }
  void set(Costs& costs, Goal goal, std::int64_t value) const {
    if (minds(goal)) {
      costs[level_of(goal)] = value;
    }
  }

  std::span<const FleetGpu> fleet_;
  std::span<const FleetWant> wants_;
  const FleetRequest& request_;
  Question question_;
  std::map<const Model*, std::vector<bool>> taking_part_;
  std::map<std::pair<const Model*, std::string>, std::size_t> first_items_;
};

bool can_change(const FleetGpu& gpu) {
  return gpu.healthy && !gpu.drain;
}

// Equal for GPUs of one model between which planning makes no difference.
std::string state_key(const FleetGpu& gpu) {
  std::string key;
  for (std::size_t i = 0; i < gpu.layout.size(); ++i) {
    const Slot& slot = gpu.layout.slots()[i];
    const std::uint32_t id = slot.profile().value;
    key.append(reinterpret_cast<const char*>(&id), sizeof(id));
    key += static_cast<char>(slot.placement().start);
    key += gpu.is_busy(i) ? 'b' : is_whole(*gpu.model, slot) ? 'i' : 'c';
  }
  return key + '/' + gpu.tenant;
}

// By index of the profile: whether it can serve one of the wants.
std::vector<bool> serving_profiles(const Model& model, std::span<const FleetWant> wants) {
  std::vector<bool> profiles(model.profiles.size(), false);
  for (const FleetWant& want : wants) {
    for (const Substitute& substitute : substitutes(model, want)) {
      profiles[profile_index(model, substitute.profile->id)] = true;
    }
  }
  return profiles;
}

// The profiles that take part on each model: those that serve, and those that exist.
void Asking::note_models() {
  const auto note = [&](const Model& model) {
    if (!taking_part_.contains(&model)) {
      taking_part_[&model] = serving_profiles(model, wants_);
    }
  };
  for (const FleetGpu& gpu : fleet_) {
    if (can_change(gpu)) {
      note(*gpu.model);
      add_profiles(*gpu.model, gpu.layout, taking_part_[gpu.model]);
    }
  }
  for (const Purchase& purchase : request_.purchases) {
    note(*purchase.model);
  }
  for (const auto& [model, profiles] : taking_part_) {
    question_.ways[model] = std::make_unique<Ways>(*model, profiles);
  }
}

void Asking::add_needs() {
  for (const FleetWant& want : wants_) {
    Need need{.count = want.count, .optional = true, .unserved = {}};
    set(need.unserved, Goal::kUnserved, want.weight);
    need.optional = minds(Goal::kUnserved);
    question_.program.needs.push_back(need);
  }
}

// The items of a model's profiles for a tenant, with the wants that they can serve.
std::size_t Asking::first_item(const Model& model, const std::string& tenant) {
  const auto [place, added] = first_items_.try_emplace({&model, tenant}, question_.program.items);
  if (!added) {
    return place->second;
  }
  for (std::size_t i = 0; i < model.profiles.size(); ++i) {
    question_.items.push_back({.model = &model, .profile = i, .tenant = tenant});
  }
  question_.program.items += model.profiles.size();
  for (std::size_t want = 0; want < wants_.size(); ++want) {
    if (!tenant.empty() && tenant != wants_[want].tenant) {
      continue;
    }
    for (const Substitute& substitute : substitutes(model, wants_[want])) {
      Service service{.item = place->second + profile_index(model, substitute.profile->id),
                      .need = want,
                      .costs = {}};
      set(service.costs, Goal::kPrice, substitute.price);
      question_.program.services.push_back(service);
    }
  }
  return place->second;
}

// Adds the group and its patterns, each with the costs of a GPU that is `used`.
void Asking::add_state(State state, Group group, Costs used) {
  state.first_item = first_item(state.ways->model(), state.tenant);
  const InstanceSet keeps = state.ways->bits(state.kept);
  const InstanceSet movable =
      minds(Goal::kDestroyed) ? state.ways->bits(state.layout) & ~keeps : InstanceSet();
  for (const Way& way : state.ways->reachable(keeps, movable)) {
    Pattern pattern{.group = question_.program.groups.size(),
                    .gives = gives_of(way, state.first_item),
                    .costs = used};
    set(pattern.costs, Goal::kDestroyed, way.displaced);
    if (!pattern.gives.empty()) {
      question_.program.patterns.push_back(std::move(pattern));
      question_.layouts.push_back(way.layout);
    }
  }
  question_.program.groups.push_back(group);
  question_.states.push_back(std::move(state));
}

void Asking::group_gpus() {
  Grouping<std::pair<const Model*, std::string>> groups;
  for (std::size_t i = 0; i < fleet_.size(); ++i) {
    question_.gpus_in_use += fleet_[i].busy != 0 ? 1 : 0;
    if (can_change(fleet_[i])) {
      groups.add({fleet_[i].model, state_key(fleet_[i])}, i);
    }
  }
  for (std::vector<std::size_t>& gpus : groups.take()) {
    const FleetGpu& gpu = fleet_[gpus.front()];
    Costs used{};
    set(used, Goal::kGpus, gpu.busy == 0 ? 1 : 0);
    const auto count = static_cast<std::int64_t>(gpus.size());
    add_state({.ways = question_.ways[gpu.model].get(),
               .tenant = gpu.tenant,
               .layout = gpu.layout,
               .kept = kept_of(gpu),
               .gpus = std::move(gpus)},
              {.count = count}, used);
  }
}

void Asking::add_purchases() {
  for (std::size_t i = 0; i < request_.purchases.size(); ++i) {
    const Purchase& purchase = request_.purchases[i];
    Costs used{};
    set(used, Goal::kGpus, 1);
    set(used, Goal::kBought, purchase.cost);
    add_state(
        {.ways = question_.ways[purchase.model].get(), .tenant = purchase.tenant, .purchase = i},
        {.count = purchase.count_max < 0 ? kUnlimited : purchase.count_max}, used);
  }
}

Question Asking::build() {
  question_.program.levels = request_.goals.size();
  note_models();
  add_needs();
  group_gpus();
  add_purchases();
  return std::move(question_);
}

}  // namespace

Layout kept_of(const FleetGpu& gpu) {
  Layout result = gpu.layout;
  for (std::size_t i = 0; i < gpu.layout.size(); ++i) {
    const Slot& slot = gpu.layout.slots()[i];
    if (!gpu.is_busy(i) && is_whole(*gpu.model, slot)) {
      result = result.without(slot.placement());
    }
  }
  return result;
}

bool is_whole(const Model& model, const Slot& slot) {
  const Profile* const profile = model.find(slot.profile());
  return profile != nullptr && slot == Slot(*profile, slot.placement().start);
}

Question ask(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
             const FleetRequest& request) {
  return Asking(fleet, wants, request).build();
}

}  // namespace sectile::fleet::program
