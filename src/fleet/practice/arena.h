// Arena: a small fleet of one model, flat in memory, so that a copy of it in mid-run is cheap.
//
// FleetIndex (index/core.h) is made for millions of GPUs that live long; this is made for
// thousands of copies a second that live for some hundred arrivals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sectile/fleet/state_space.h"
#include "src/fleet/index/ranking.h"

namespace sectile::internal {

// How instances are placed, and what that is believed to be worth.
struct Conviction {
  Ranking ranking = {};
  double unit = 1;  // Of the ranking's potential and scarcity, in what counts.
};

// A way to place an instance: on a GPU in `from`.
struct Option {
  StateNumber from = kEmptyState;
  Placing placing = {};
  float cost = 0;
};

class Arena {
 public:
  // Both must outlive the arena and its copies. Requires: 1 to 65534 GPUs.
  Arena(const StateSpace& space, const Conviction& conviction, std::size_t gpus);

  // What the conviction says; nothing if the profile fits nowhere.
  std::optional<Option> choose(std::size_t profile) const;
  // That, and the next best of other states, at most as many as `options` holds. How many were
  // found.
  std::size_t choose(std::size_t profile, std::span<Option> options) const;

  // Requires: a GPU is in option.from, and the profile fits there.
  void place(std::size_t profile, const Option& option, double until);
  void leave_until(double time);

  // Moves the one instance after whose move the profile can be placed and the fleet is worth most,
  // and places it. Whether there was one.
  bool place_by_move(std::size_t profile, double until);
  // Moves the one instance whose move betters the fleet most, if by more than that; in units of the
  // potential.
  bool consolidate(float gain_min);

  // In what counts, less that of the empty fleet.
  double worth() const;

  const Room& room() const { return room_; }

 private:
  using Gpu = std::uint16_t;
  static constexpr Gpu kNoGpu = 0xFFFF;

  struct Node {
    Gpu next = kNoGpu;
    Gpu previous = kNoGpu;
    StateNumber state = kEmptyState;
  };
  struct Leaving {
    double time = 0;
    Gpu gpu = 0;
    std::uint8_t profile = 0;
    std::uint8_t start = 0;

    bool operator<(const Leaving& other) const { return time > other.time; }  // Earliest on top.
  };

  // One instance goes elsewhere, and another may be placed where it was.
  struct Move {
    float cost = std::numeric_limits<float>::infinity();
    StateNumber from = kNoState;  // Of the GPU it leaves.
    StateSpace::Held moved = {};
    StateNumber rest = kNoState;  // Of that GPU afterwards.
    Placing placed = {};          // placed.to == kNoState: nothing is placed.
    Option to = {};               // to.from == kNoState: on the same GPU.
  };

  // Of each group: where an instance might go, leaving out one GPU of the state.
  template <typename Function>
  void for_each_other(std::size_t profile, StateNumber except, Function function) const;
  // What the fleet lacks more after it, if the GPU that is left is in `after` then.
  float cost_of(const Move& move, StateNumber after) const;
  // What may become of `move`, of which all is known but `to` and `cost`.
  void offer_places(Move move, Move& best) const;
  template <typename Function>
  void for_each_held(Function function) const;
  Gpu carry_out(const Move& move);  // The GPU that was left.

  void link(Gpu gpu, StateNumber state);
  void unlink(Gpu gpu);
  void change(Gpu gpu, StateNumber to);
  void add_leaving(const Leaving& entry);

  const StateSpace* space_;
  const Conviction* conviction_;
  std::vector<Node> gpus_;
  std::vector<Gpu> head_;         // [state]
  std::vector<OpenRanks> open_;   // [profile]
  std::vector<Leaving> leaving_;  // A heap.
  Room room_ = {};
  double lack_ = 0;  // By potential.
};

}  // namespace sectile::internal
