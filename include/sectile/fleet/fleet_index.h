// FleetIndex: places instances on a fleet as they come, in a time that does not depend on how many
// GPUs there are.
//
// GPUs of one model, in one state and with the same attributes are alike for every decision, so
// they are one class: a list. For each profile a bitmap over the classes is kept in the order in
// which the rule likes them; a decision is the first bit that is set. Placing and releasing move
// one GPU from one list to another. Twelve bytes a GPU.
//
// Deterministic: the same calls give the same answers. A request that fits somewhere is never
// refused. Not thread-safe. It knows nothing of drivers: whoever uses it carries out what it says,
// and tells it by reserve() and release() what happened without it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sectile/base/id.h"
#include "sectile/base/result.h"
#include "sectile/fleet/rule.h"
#include "sectile/fleet/state_space.h"

namespace sectile {

using GpuNumber = std::uint32_t;  // In the order of adding, from 0.
using ModelNumber = Id<struct FleetModelTag>;
using WantNumber = Id<struct FleetWantTag>;
using TenantNumber = Id<struct FleetTenantTag>;

inline constexpr TenantNumber kNobody{0};

// What makes GPUs of one model and state differ.
struct GpuAttributes {
  TenantNumber tenant = kNobody;  // Serves this tenant only; kNobody: everybody.
  bool accepts = true;            // false: gets nothing new, being drained or unhealthy.
  bool movable = true;            // false: nothing that is on it may be moved away.

  friend bool operator==(const GpuAttributes&, const GpuAttributes&) = default;
};

// A profile of a model that serves a want.
struct ServedBy {
  ModelNumber model;
  ProfileId profile;
};

// An instance on a GPU of the fleet.
struct FleetInstance {
  GpuNumber gpu = 0;
  std::uint8_t profile = 0;  // Profile number of the GPU's StateSpace.
  std::uint8_t start = 0;    // First memory slice.

  friend bool operator==(const FleetInstance&, const FleetInstance&) = default;
};

// An instance that goes to another place, of the same profile and model.
struct FleetMove {
  FleetInstance from = {};
  FleetInstance to = {};

  friend bool operator==(const FleetMove&, const FleetMove&) = default;
};

struct MovedPlacement {
  FleetInstance placed = {};
  std::optional<FleetMove> move = {};  // Comes first, if there is one.
};

// What a GPU in each state lacks, for a mix: practice.h learns it.
struct Preference {
  static constexpr float kMaxLack = 1e30F;  // No figure is farther from zero: sums stay finite.

  std::vector<double> shares = {};    // Of the profiles of the model's StateSpace, in any unit.
  std::vector<float> potential = {};  // Of its states, as RuleTable::potential.
  // [profile][n]: what GPUs with equal attributes lack together while only n of them can take the
  // profile, in the same unit. The last figure of a row, which has one at least, holds for more.
  // No rows at all: nothing.
  std::vector<std::vector<float>> scarcity = {};
};

class FleetIndex {
 public:
  static constexpr std::size_t kMaxGpus = 50'000'000;
  static constexpr std::size_t kMaxClasses = 60'000;  // Of attributes and model.

  explicit FleetIndex(Rule rule = Rule::kForesight);
  FleetIndex(FleetIndex&&) noexcept;
  FleetIndex& operator=(FleetIndex&&) noexcept;
  ~FleetIndex();

  Rule rule() const;

  // `space` must outlive the index.
  ModelNumber add_model(const StateSpace& space);

  // Adds empty GPUs, and gives the number of the first; the others follow. Fails with
  // kInvalidArgument for a model that was not added, and beyond kMaxGpus and kMaxClasses.
  Result<GpuNumber> add_gpus(ModelNumber model, std::size_t count,
                             const GpuAttributes& attributes = {});

  // What can be asked for: any of these will do. Where two cost the same, the earlier one is taken.
  // Fails with kInvalidArgument for no or unknown profiles, and for a model that is named twice.
  Result<WantNumber> add_want(std::span<const ServedBy> served_by);

  // The mix that is to be expected, as shares of the profiles of a model. Without it, and again
  // whenever what is asked for differs from it, the index goes by what was asked lately.
  // Fails with kInvalidArgument for a wrong number of shares, or one that is negative or infinite.
  Status expect(ModelNumber model, std::span<const double> shares);

  // The same, and goes by that potential until what is asked for differs from the mix. Fails with
  // kInvalidArgument as expect() does, for another rule than kForesight, and for a wrong number of
  // figures or one beyond kMaxLack. With a scarcity a decision looks at two or three places in
  // the order of states, not at the first only.
  Status prefer(ModelNumber model, Preference preference);

  // Places one instance. Fails with kUnsatisfiable if it fits on no GPU that is open to the tenant,
  // and with kInvalidArgument for a want that was not added.
  Result<FleetInstance> place(WantNumber want, TenantNumber tenant = kNobody);

  // The same, but if it fits nowhere, one instance may be moved to make room: of all moves that do
  // the one that leaves the fleet best. Both are done here; the move has to be carried out first.
  Result<MovedPlacement> place_or_move(WantNumber want, TenantNumber tenant = kNobody);

  // Moves the one instance whose move betters the fleet most, if it does so by more than
  // `gain_min` (in units of rule.h's potential). For quiet times, and after a refusal.
  std::optional<FleetMove> consolidate(float gain_min);

  // Takes exactly that place, as for what a GPU holds already. Fails with kUnsatisfiable if it does
  // not fit there, and with kInvalidArgument for a GPU, profile or start that does not exist.
  Result<FleetInstance> reserve(GpuNumber gpu, ProfileId profile, int start);

  // Fails with kInvalidArgument for a GPU that does not exist, and with kStale if there is no such
  // instance on it: released before, or never placed. Nothing is changed then.
  Status release(const FleetInstance& instance);

  // Fails with kInvalidArgument for a GPU that does not exist, and beyond kMaxClasses.
  Status set_attributes(GpuNumber gpu, const GpuAttributes& attributes);

  std::size_t gpus() const;
  // Requires for these: gpu < gpus().
  const StateSpace& space(GpuNumber gpu) const;
  StateNumber state(GpuNumber gpu) const;
  const GpuAttributes& attributes(GpuNumber gpu) const;

  // How many GPUs are in each class that is not empty, in a fixed order.
  struct ClassCount {
    ModelNumber model;
    GpuAttributes attributes = {};
    StateNumber state = kEmptyState;
    std::size_t gpus = 0;
  };
  std::vector<ClassCount> classes() const;

  // Of the index itself, without the state spaces.
  std::size_t memory_bytes() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace sectile
