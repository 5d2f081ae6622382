// FleetIndex::Core: the lists, the bitmaps, and the search for moves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "sectile/fleet/fleet_index.h"
#include "src/fleet/index/ordered_set.h"
#include "src/fleet/index/ranking.h"

namespace sectile {

class FleetIndex::Core {
 public:
  using ClassNumber = std::uint16_t;

  explicit Core(Rule rule) : rule_(rule) {}

  Rule rule() const { return rule_; }
  ModelNumber add_model(const StateSpace& space);
  Result<GpuNumber> add_gpus(ModelNumber model, std::size_t count, const GpuAttributes& attributes);
  Result<WantNumber> add_want(std::span<const ServedBy> served_by);
  Status expect(ModelNumber model, std::span<const double> shares);
  Status prefer(ModelNumber model, Preference preference);

  // The place that the rule would take, and takes it; nothing if there is none.
  std::optional<FleetInstance> place(WantNumber number, TenantNumber tenant);
  // Notes what is asked for, and ranks anew if it has changed.
  void count_request(WantNumber want);
  bool knows(WantNumber want) const { return want.value < wants_.size(); }

  std::optional<MovedPlacement> choose_with_move(WantNumber number, TenantNumber tenant);
  std::optional<FleetMove> choose_consolidation(float gain_min);

  // Requires: the instance fits there, or is there.
  void put(const FleetInstance& instance);
  void take(const FleetInstance& instance);

  Result<FleetInstance> check_free(GpuNumber gpu, ProfileId id, int start) const;
  Status release(const FleetInstance& instance);
  Status set_attributes(GpuNumber gpu, const GpuAttributes& attributes);

  std::size_t gpus() const { return gpus_.size(); }
  const StateSpace& space(GpuNumber gpu) const { return *models_[class_of(gpu).model].space; }
  StateNumber state(GpuNumber gpu) const { return gpus_[gpu].state; }
  const GpuAttributes& attributes(GpuNumber gpu) const { return class_of(gpu).attributes; }
  std::vector<ClassCount> classes() const;
  std::size_t memory_bytes() const;

 private:
  static constexpr GpuNumber kNoGpu = std::numeric_limits<GpuNumber>::max();
  static constexpr std::uint8_t kNotServed = 0xFF;

  struct Gpu {
    GpuNumber next = kNoGpu;  // In the list of its class and state.
    GpuNumber previous = kNoGpu;
    StateNumber state = kEmptyState;
    ClassNumber number_of_class = 0;
  };
  static_assert(sizeof(Gpu) == 12);

  struct Class {
    std::size_t model = 0;
    GpuAttributes attributes = {};
    std::vector<GpuNumber> head = {};            // [state], kNoGpu: empty.
    std::vector<std::uint32_t> count = {};       // [state]
    std::vector<internal::OpenRanks> open = {};  // [profile]
    internal::Room room = {};                    // Of no use where nothing is ever scarce.
  };

  struct ModelEntry {
    const StateSpace* space = nullptr;
    internal::Ranking ranking = {};
    std::vector<double> shares = {};   // That the ranking was made for; they add up to 1.
    std::vector<double> counted = {};  // Of late.
    double total = 0;                  // Of counted.
    std::vector<internal::OrderedSet> roomy = {};  // [profile]; for rules that go by number.
  };

  struct Want {
    std::vector<std::uint8_t> profile = {};  // [model], kNotServed.
    std::vector<std::size_t> models = {};    // In order of preference.
  };

  // A place: a class, a state in it, and what to do with a GPU there.
  struct Choice {
    ClassNumber number_of_class = 0;
    StateNumber state = kEmptyState;
    RuleChoice choice = {};
  };

  // A move in terms of classes.
  struct MovePlan {
    float cost = std::numeric_limits<float>::infinity();
    ClassNumber number_of_class = 0;
    StateNumber state = kEmptyState;
    StateSpace::Held moved = {};
    StateNumber without = kNoState;  // Afterwards, when the request is placed too.
    std::uint8_t placed_start = 0;   // Of the request.
    std::uint8_t to_start = 0;       // Of what is moved.
    std::optional<Choice> to = {};   // Nothing: on the same GPU.
  };

  const Class& class_of(GpuNumber gpu) const { return classes_[gpus_[gpu].number_of_class]; }
  std::uint8_t served(const Want& want, std::size_t model) const {
    return model < want.profile.size() ? want.profile[model] : kNotServed;
  }
  Result<ClassNumber> find_class(std::size_t model, const GpuAttributes& attributes);
  // Of a tenant's GPUs that accept something.
  std::span<const ClassNumber> open_to(TenantNumber tenant) const;
  // All classes that may serve the tenant: its own, then everybody's.
  template <typename Function>
  void for_each_class(TenantNumber tenant, Function function) const;

  void link(GpuNumber gpu);
  void unlink(GpuNumber gpu);
  void change_state(GpuNumber gpu, StateNumber to);
  void set_open(Class& entry, StateNumber state, bool open);
  void set_roomy(GpuNumber gpu, bool accepts);
  Status check_mix(ModelNumber model, std::span<const double> shares) const;
  void note_mix(std::size_t model, std::span<const double> shares);
  void rank_model(std::size_t model, std::span<const double> shares);
  void rank_again(std::size_t model, internal::Ranking ranking);

  std::optional<FleetInstance> place_by_number(const Want& want, TenantNumber tenant);
  std::unexpected<Error> not_held(const FleetInstance& instance) const;
  std::optional<GpuNumber> next_with_room(const Want& want, TenantNumber tenant,
                                          std::size_t from) const;

  // Of each class and group: where an instance of the class `from` might go, leaving out the only
  // GPU of `from` in `state`.
  template <typename Function>
  void for_each_other(ClassNumber from, StateNumber state, std::size_t profile,
                      Function function) const;
  // What the fleet lacks more after it, by potential and by what becomes scarce; `plan.cost` is
  // ignored. `after`: the state of the GPU that is left.
  float cost_of(const MovePlan& plan, StateNumber after) const;
  void try_moves_of(ClassNumber from, StateNumber state, std::size_t wanted, MovePlan& best) const;
  void try_places(ClassNumber from, MovePlan plan, MovePlan& best) const;
  void try_consolidating(ClassNumber from, StateNumber state, MovePlan& best) const;
  FleetMove named(const MovePlan& plan) const;

  Rule rule_;
  std::vector<Gpu> gpus_;
  std::vector<Class> classes_;
  std::vector<ModelEntry> models_;
  std::vector<Want> wants_;
  std::unordered_map<std::uint32_t, std::vector<ClassNumber>> open_classes_;  // By tenant.
  std::vector<ClassNumber> open_to_all_;
  std::size_t cursor_ = 0;  // Of kRoundRobin.
  std::uint32_t requests_ = 0;
};

template <typename Function>
void FleetIndex::Core::for_each_class(TenantNumber tenant, Function function) const {
  if (tenant != kNobody) {
    for (const ClassNumber number : open_to(tenant)) {
      function(number);
    }
  }
  for (const ClassNumber number : open_to_all_) {
    function(number);
  }
}

}  // namespace sectile
