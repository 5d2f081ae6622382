// Trial: what is tried out by simulation: GPUs, what is asked of them, and the ways to serve it.
//
// Ways are a rule that cuts GPUs as requests come, or layouts that are cut once and stay. Thread-
// compatible: many threads may make fleets of one TrialGround at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/practice.h"
#include "sectile/fleet/rule.h"
#include "sectile/fleet/state_space.h"
#include "sectile/fleet/static_mix.h"
#include "sectile/plan/want.h"

namespace sectile {

class TrialGround {
 public:
  // `gpus`: their models must outlive this. Counts of wants play no part. Fails with
  // kInvalidArgument for no GPUs, more than kMaxFleetGpus, a model twice, no wants, and for one
  // that none of the models serves.
  static Result<TrialGround> of(std::span<const StaticGpus> gpus, std::span<const Want> wants);

  std::span<const StaticGpus> gpus() const { return gpus_; }
  std::span<const Want> wants() const { return wants_; }
  std::int64_t gpu_count() const;
  std::int64_t total_slices() const;
  // Memory slices of each want, on the first model that serves it.
  const std::vector<int>& slices() const { return slices_; }

  // How many instances of all wants together the GPUs hold at once if the wants come in these
  // shares and everything may be moved at any time: what a load of 1 means. By an integer program
  // on a thousand times the GPUs, so within a thousandth. Not thread-safe, as plan_fleet() is not.
  // Requires: a share for each want, none negative, one at least above 0.
  Result<double> full_load(std::span<const double> shares) const;

  // What practice teaches for the wants in these shares, each model on its own with what it serves
  // of them; `how.shares` and `how.gpus` play no part. Fails as practise() does. Requires: as
  // full_load().
  Result<std::vector<Practised>> practise(std::span<const double> shares, Practice how,
                                          const Spread& spread = one_by_one) const;

  // Empty GPUs that a rule cuts as requests come. `practised`: of practise(), for kForesight only;
  // nothing, or one for each model.
  Result<std::unique_ptr<LossFleet>> dynamic(Rule rule, const MovePolicy& moves = {},
                                             std::span<const Practised> practised = {}) const;

  // Each layout on as many GPUs as it says. A want takes an instance of a profile that serves it.
  std::unique_ptr<LossFleet> fixed(std::span<const StaticLayout> layouts) const;

 private:
  std::vector<StaticGpus> gpus_;
  std::vector<Want> wants_;
  std::vector<int> slices_;
  std::vector<std::shared_ptr<const StateSpace>> spaces_;  // Parallel to gpus_. Fleets share them.
};

}  // namespace sectile
