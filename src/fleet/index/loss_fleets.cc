// What arrives and leaves in the loss model, on the index and on a plain scan.
#include <limits>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/fleet/loss_model.h"

namespace sectile {
namespace {

class IndexFleet : public LossFleet {
 public:
  IndexFleet(const StateSpace& space, Rule rule, std::size_t gpus, const MovePolicy& policy)
      : index_(rule), policy_(policy), model_(index_.add_model(space)) {
    SECTILE_CHECK(gpus > 0 && index_.add_gpus(model_, gpus).has_value());
    if (moving()) {
      tickets_.resize(gpus * kMaxMemorySlices);
    }
  }

  void add_want(const StateSpace& space, std::size_t profile) {
    const ServedBy served[] = {{.model = model_, .profile = space.profiles()[profile].id}};
    const Result<WantNumber> added = index_.add_want(served);
    SECTILE_CHECK(added.has_value());
  }

  void prefer(const Preference& preference) {
    const Status preferred = index_.prefer(model_, preference);
    SECTILE_CHECK(preferred.has_value());
  }

  bool arrive(std::size_t want, Ticket ticket) override {
    const WantNumber number{static_cast<std::uint32_t>(want)};
    if (policy_.for_room && may_move(1)) {
      const Result<MovedPlacement> placed = index_.place_or_move(number);
      if (!placed) {
        return refuse();
      }
      if (const std::optional<FleetMove>& move = placed->move) {
        note(*move);
      }
      return accept(placed->placed, ticket);
    }
    const Result<FleetInstance> placed = index_.place(number);
    return placed ? accept(*placed, ticket) : refuse();
  }

  void leave(Ticket ticket) override {
    const Status released = index_.release(instances_[ticket]);
    SECTILE_CHECK(released.has_value());
  }

  std::int64_t moves() const override { return moves_; }

 private:
  bool moving() const { return policy_.for_room || policy_.after_refusal; }

  bool may_move(double part) const {
    const double most = part * policy_.share_max * static_cast<double>(accepted_);
    return static_cast<double>(moves_ + 1) <= most;
  }

  Ticket& ticket_of(const FleetInstance& instance) {
    return tickets_[std::size_t{instance.gpu} * kMaxMemorySlices + instance.start];
  }

  bool accept(const FleetInstance& instance, Ticket ticket) {
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

  bool refuse() {
    if (!policy_.after_refusal || !may_move(MovePolicy::kPartAfterRefusal)) {
      return false;
    }
    const std::optional<FleetMove> move = index_.consolidate(*policy_.after_refusal);
    if (move) {
      note(*move);
    }
    return false;
  }

  void note(const FleetMove& move) {
    ++moves_;
    const Ticket ticket = ticket_of(move.from);
    instances_[ticket] = move.to;
    ticket_of(move.to) = ticket;
  }

  FleetIndex index_;
  MovePolicy policy_;
  ModelNumber model_;
  std::vector<FleetInstance> instances_;  // By ticket.
  std::vector<Ticket> tickets_;           // By GPU and start; only if anything may move.
  std::int64_t moves_ = 0;
  std::int64_t accepted_ = 0;
};

class ScanFleet : public LossFleet {
 public:
  ScanFleet(const StateSpace& space, Rule rule, std::size_t gpus, std::span<const double> shares)
      : space_(space), rule_(rule), table_(make_rule_table(space, rule, shares)), states_(gpus) {}

  void add_want(std::size_t profile) { profiles_.push_back(profile); }

  bool arrive(std::size_t want, Ticket ticket) override {
    const std::size_t profile = profiles_[want];
    const std::vector<RuleChoice>& choices = table_.choices[profile];
    const std::size_t gpu = rule_ == Rule::kRoundRobin ? next(choices) : best(choices);
    if (gpu == states_.size()) {
      return false;
    }
    const Placing placing = choices[states_[gpu]].placing;
    states_[gpu] = placing.to;
    if (ticket >= instances_.size()) {
      instances_.resize(std::size_t{ticket} + 1);
    }
    instances_[ticket] = {.gpu = static_cast<GpuNumber>(gpu),
                          .profile = static_cast<std::uint8_t>(profile),
                          .start = placing.start};
    return true;
  }

  void leave(Ticket ticket) override {
    const FleetInstance& instance = instances_[ticket];
    states_[instance.gpu] =
        space_.released(instance.profile, instance.start, states_[instance.gpu]);
    SECTILE_CHECK(states_[instance.gpu] != kNoState);
  }

 private:
  std::size_t best(const std::vector<RuleChoice>& choices) const {
    std::size_t found = states_.size();
    float cost = std::numeric_limits<float>::infinity();
    for (std::size_t gpu = 0; gpu < states_.size(); ++gpu) {
      const RuleChoice& choice = choices[states_[gpu]];
      if (!choice.fits() || choice.cost >= cost) {
        continue;
      }
      found = gpu;
      cost = choice.cost;
    }
    return found;
  }

  std::size_t next(const std::vector<RuleChoice>& choices) {
    for (std::size_t step = 0; step < states_.size(); ++step) {
      const std::size_t gpu = (cursor_ + step) % states_.size();
      if (!choices[states_[gpu]].fits()) {
        continue;
      }
      cursor_ = gpu + 1;
      return gpu;
    }
    return states_.size();
  }

  const StateSpace& space_;
  Rule rule_;
  RuleTable table_;
  std::vector<StateNumber> states_;
  std::vector<std::size_t> profiles_;  // By want.
  std::vector<FleetInstance> instances_;
  std::size_t cursor_ = 0;
};

std::unique_ptr<IndexFleet> index_fleet(const StateSpace& space, Rule rule, std::size_t gpus,
                                        std::span<const std::size_t> profile_of_want,
                                        const MovePolicy& moves) {
  auto fleet = std::make_unique<IndexFleet>(space, rule, gpus, moves);
  for (const std::size_t profile : profile_of_want) {
    fleet->add_want(space, profile);
  }
  return fleet;
}

}  // namespace

std::unique_ptr<LossFleet> make_index_fleet(const StateSpace& space, Rule rule, std::size_t gpus,
                                            std::span<const std::size_t> profile_of_want,
                                            const MovePolicy& moves) {
  return index_fleet(space, rule, gpus, profile_of_want, moves);
}

std::unique_ptr<LossFleet> make_practised_fleet(const StateSpace& space, std::size_t gpus,
                                                std::span<const std::size_t> profile_of_want,
                                                const Preference& preference,
                                                const MovePolicy& moves) {
  auto fleet = index_fleet(space, Rule::kForesight, gpus, profile_of_want, moves);
  fleet->prefer(preference);
  return fleet;
}

std::unique_ptr<LossFleet> make_scan_fleet(const StateSpace& space, Rule rule, std::size_t gpus,
                                           std::span<const std::size_t> profile_of_want,
                                           std::span<const double> shares) {
  auto fleet = std::make_unique<ScanFleet>(space, rule, gpus, shares);
  for (const std::size_t profile : profile_of_want) {
    fleet->add_want(profile);
  }
  return fleet;
}

}  // namespace sectile
