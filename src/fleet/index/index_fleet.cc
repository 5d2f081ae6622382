#include "src/fleet/index/index_fleet.h"

#include <optional>
#include <utility>

#include "sectile/base/check.h"

namespace sectile::internal {

IndexFleet::IndexFleet(FleetIndex index, std::vector<WantNumber> wants, const MovePolicy& policy,
                       std::vector<std::shared_ptr<const StateSpace>> spaces)
    : spaces_(std::move(spaces)),
      index_(std::move(index)),
      wants_(std::move(wants)),
      policy_(policy) {
  if (moving()) {
    tickets_.resize(index_.gpus() * kMaxMemorySlices);
  }
}

bool IndexFleet::arrive(std::size_t want, Ticket ticket) {
  if (policy_.for_room && may_move(1)) {
    const Result<MovedPlacement> placed = index_.place_or_move(wants_[want]);
    if (!placed) {
      return refuse();
    }
    if (const std::optional<FleetMove>& move = placed->move) {
      note(*move);
    }
    return accept(placed->placed, ticket);
  }
  const Result<FleetInstance> placed = index_.place(wants_[want]);
  return placed ? accept(*placed, ticket) : refuse();
}

void IndexFleet::leave(Ticket ticket) {
  const Status released = index_.release(instances_[ticket]);
  SECTILE_CHECK(released.has_value());
}

bool IndexFleet::may_move(double part) const {
  const double most = part * policy_.share_max * static_cast<double>(accepted_);
  return static_cast<double>(moves_ + 1) <= most;
}

LossFleet::Ticket& IndexFleet::ticket_of(const FleetInstance& instance) {
  return tickets_[std::size_t{instance.gpu} * kMaxMemorySlices + instance.start];
}

bool IndexFleet::accept(const FleetInstance& instance, Ticket ticket) {
  ++accepted_;
  if (ticket >= instances_.size()) {
    instances_.resize(std::size_t{ticket} + 1);
  }
  instances_[ticket] = instance;
  if (moving()) {
    ticket_of(instance) = ticket;
  }
  return true;
}

bool IndexFleet::refuse() {
  if (!policy_.after_refusal || !may_move(MovePolicy::kPartAfterRefusal)) {
    return false;
  }
  const std::optional<FleetMove> move = index_.consolidate(*policy_.after_refusal);
  if (move) {
    note(*move);
  }
  return false;
}

void IndexFleet::note(const FleetMove& move) {
  ++moves_;
  const Ticket ticket = ticket_of(move.from);
  instances_[ticket] = move.to;
  ticket_of(move.to) = ticket;
}

}  // namespace sectile::internal
