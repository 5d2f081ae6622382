// What arrives and leaves in the loss model, on the index and on a plain scan.
#include <limits>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/fleet/loss_model.h"
#include "src/fleet/index/index_fleet.h"

namespace sectile {
namespace {

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

ModelNumber add_gpus(FleetIndex& index, const StateSpace& space, std::size_t gpus) {
  const ModelNumber model = index.add_model(space);
  SECTILE_CHECK(gpus > 0 && index.add_gpus(model, gpus).has_value());
  return model;
}

std::unique_ptr<LossFleet> fleet_of(FleetIndex index, ModelNumber model, const StateSpace& space,
                                    std::span<const std::size_t> profile_of_want,
                                    const MovePolicy& moves) {
  std::vector<WantNumber> wants;
  for (const std::size_t profile : profile_of_want) {
    const ServedBy served[] = {{.model = model, .profile = space.profiles()[profile].id}};
    const Result<WantNumber> added = index.add_want(served);
    SECTILE_CHECK(added.has_value());
    wants.push_back(*added);
  }
  return std::make_unique<internal::IndexFleet>(std::move(index), std::move(wants), moves);
}

}  // namespace

std::unique_ptr<LossFleet> make_index_fleet(const StateSpace& space, Rule rule, std::size_t gpus,
                                            std::span<const std::size_t> profile_of_want,
                                            const MovePolicy& moves) {
  FleetIndex index(rule);
  const ModelNumber model = add_gpus(index, space, gpus);
  return fleet_of(std::move(index), model, space, profile_of_want, moves);
}

std::unique_ptr<LossFleet> make_practised_fleet(const StateSpace& space, std::size_t gpus,
                                                std::span<const std::size_t> profile_of_want,
                                                const Preference& preference,
                                                const MovePolicy& moves) {
  FleetIndex index(Rule::kForesight);
  const ModelNumber model = add_gpus(index, space, gpus);
  SECTILE_CHECK(index.prefer(model, preference).has_value());
  return fleet_of(std::move(index), model, space, profile_of_want, moves);
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
