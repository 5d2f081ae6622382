// Waves: an order of moves in which every new place is free when its turn comes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "sectile/fleet/compact.h"

namespace sectile::fleet::program {

// A move can be done when its new place is free beside everything in use on that GPU. Where moves
// wait for each other in a circle, one instance takes a detour to a place that is free anywhere; if
// there is none, it is stopped until its new place is free.
class Waves {
 public:
  Waves(std::span<const FleetGpu> fleet, const CompactRequest& request);

  // Fails with kFailed if the moves can never be done: not for moves of match().
  Status order(std::span<const Move> moves);

  const std::vector<Move>& moves() const { return done_; }
  std::size_t count() const { return wave_; }
  const std::vector<Layout>& in_use() const { return in_use_; }

 private:
  struct Pending {
    Move move;
    bool stopped = false;  // Out of its old place, not yet in the new one.
    bool detoured = false;
  };

  bool is_free(std::size_t gpu, const Slot& slot) const;
  void leave(const Pending& pending);
  std::size_t run_wave();
  bool detour();
  bool stop_one();
  bool blocks_another(const Pending& pending) const;
  bool is_awaited(std::size_t gpu, const Placement& placement) const;
  std::optional<Slot> place_on(std::size_t gpu, const Slot& slot) const;
  std::optional<Move> detour_of(const Pending& pending) const;
  bool may_stand_in(std::size_t gpu, const Move& move) const;

  std::span<const FleetGpu> fleet_;
  CompactRequest request_;
  std::vector<Layout> in_use_;
  std::vector<Pending> pending_;
  std::vector<Move> done_;
  std::size_t wave_ = 0;
};

}  // namespace sectile::fleet::program
