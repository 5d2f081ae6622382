// The loss model: the usual test of placing online.
//
// Instances of several wants arrive at random (Poisson), stay for exponential times, and leave. One
// that fits nowhere is lost; one that fits is never refused. What share is accepted, by count and
// by memory slices, is the measure of a rule. Equal options give equal results on every machine,
// and rules that run on one seed meet the very same arrivals and lifetimes, so that differences
// between them are known far better than the figures themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/fleet_index.h"
#include "sectile/fleet/rule.h"
#include "sectile/fleet/state_space.h"

namespace sectile {

// Something that instances arrive at and leave. The loss model says which by a ticket: small
// numbers, used again when their instance has left.
class LossFleet {
 public:
  using Ticket = std::uint32_t;

  virtual ~LossFleet() = default;

  // Whether the instance was taken in. Want: an index into LossModel::shares.
  virtual bool arrive(std::size_t want, Ticket ticket) = 0;
  virtual void leave(Ticket ticket) = 0;
  // How many instances were moved so far.
  virtual std::int64_t moves() const { return 0; }
};

struct LossModel {
  double arrivals = 0;              // In a mean lifetime, for the whole fleet.
  std::vector<double> shares = {};  // Of the wants among them, in any unit.
  std::vector<int> slices = {};     // Memory slices of each want.
  double lifetimes = 300;           // How long, in mean lifetimes.
  double warm_up = 0.15;            // The part of it that is not counted.
  std::uint64_t seed = 1;
};

struct LossOutcome {
  std::vector<std::int64_t> offered = {};   // Of each want.
  std::vector<std::int64_t> accepted = {};  // Likewise.
  std::vector<int> slices = {};             // As given.
  std::int64_t moves = 0;

  double acceptance_by_count() const;
  double acceptance_by_slices() const;
  double moves_per_accepted() const;
};

// Fails with kInvalidArgument for figures that are not finite or out of range, and for more than
// 10^10 arrivals.
Result<LossOutcome> run_loss_model(const LossModel& model, LossFleet& fleet);

// A mean and the half of its 95 % confidence interval (normal approximation).
struct Estimate {
  double mean = 0;
  double half_width = 0;
};
Estimate estimate(std::span<const double> samples);

// When instances may be moved.
struct MovePolicy {
  bool for_room = false;  // One, where that makes room for a request that fits nowhere.
  // One, where a request stays without a place, so that the next is luckier: if it betters the
  // fleet by more than this, in units of the rule's potential.
  std::optional<float> after_refusal = {};
  // Only while all moves are fewer than this part of what was accepted; after a refusal, than
  // kPartAfterRefusal of it, for making room is worth more.
  double share_max = 0.05;

  static constexpr double kPartAfterRefusal = 0.8;
  // A good figure for after_refusal: not for a trifle. More is better where moves run short, and
  // worse where they do not: Practised::worth_a_move knows (docs/decisions/0015-scarcity.md).
  static constexpr float kWorthAMove = 0.02F;
};

// The online index with any rule. `space` must outlive it. Requires: each want a profile number of
// the space, as many wants as the model has; 1 to FleetIndex::kMaxGpus GPUs.
std::unique_ptr<LossFleet> make_index_fleet(const StateSpace& space, Rule rule, std::size_t gpus,
                                            std::span<const std::size_t> profile_of_want,
                                            const MovePolicy& moves = {});

// The same with kForesight and what was learned for a mix. Requires: as FleetIndex::prefer().
std::unique_ptr<LossFleet> make_practised_fleet(const StateSpace& space, std::size_t gpus,
                                                std::span<const std::size_t> profile_of_want,
                                                const Preference& preference,
                                                const MovePolicy& moves = {});

// A rule as it is usually written down: it looks at every GPU, and takes the first of those that
// are best. Slow, and the witness against which the index is tested. Requires: as above.
std::unique_ptr<LossFleet> make_scan_fleet(const StateSpace& space, Rule rule, std::size_t gpus,
                                           std::span<const std::size_t> profile_of_want,
                                           std::span<const double> shares);

// What nothing online can beat for long: every instance may move at any time, so that a request is
// refused only if no packing of all instances holds it too. Exact, for GPUs that are two halves of
// four memory slices (A100, H100 and their like). Fails with kUnsatisfiable for other models.
Result<std::unique_ptr<LossFleet>> make_repacking_fleet(
    const StateSpace& space, std::size_t gpus, std::span<const std::size_t> profile_of_want);

}  // namespace sectile
