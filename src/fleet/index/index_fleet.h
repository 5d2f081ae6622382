// IndexFleet: what arrives and leaves in the loss model, on an index.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sectile/fleet/fleet_index.h"
#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/state_space.h"

namespace sectile::internal {

class IndexFleet final : public LossFleet {
 public:
  // `wants`: of the index, in the order of the numbers that arrive. `spaces`: those of the index
  // that nobody else keeps.
  IndexFleet(FleetIndex index, std::vector<WantNumber> wants, const MovePolicy& policy,
             std::vector<std::shared_ptr<const StateSpace>> spaces = {});

  bool arrive(std::size_t want, Ticket ticket) override;
  void leave(Ticket ticket) override;
  std::int64_t moves() const override { return moves_; }

 private:
  bool moving() const { return policy_.for_room || policy_.after_refusal; }
  bool may_move(double part) const;
  Ticket& ticket_of(const FleetInstance& instance);
  bool accept(const FleetInstance& instance, Ticket ticket);
  bool refuse();
  void note(const FleetMove& move);

  std::vector<std::shared_ptr<const StateSpace>> spaces_;
  FleetIndex index_;
  std::vector<WantNumber> wants_;
  MovePolicy policy_;
  std::vector<FleetInstance> instances_;  // By ticket.
  std::vector<Ticket> tickets_;           // By GPU and start; only if anything may move.
  std::int64_t moves_ = 0;
  std::int64_t accepted_ = 0;
};

}  // namespace sectile::internal
