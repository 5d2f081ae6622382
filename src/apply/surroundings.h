// Surroundings: what stands around the actions of a change: journal, companions, and whoever else
// wants to be told.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sectile/apply/change.h"

namespace sectile {

class Surroundings : public StepObserver {
 public:
  // All must outlive it; `inner` may be null.
  Surroundings(Journal& journal, const ChangeContext& context,
               const std::vector<Companion*>& companions, StepObserver* inner)
      : journal_(journal), context_(context), companions_(companions), inner_(inner) {}

  Status before_mode() override;
  Status before_config() override;
  Status before(const GpuChange& change, const Action& action) override;
  Status after(const GpuChange& change, const Action& action, const Status& outcome) override;

 private:
  Journal& journal_;
  const ChangeContext& context_;
  const std::vector<Companion*>& companions_;
  StepObserver* inner_;
};

// Every action of the plan in the order in which it will be taken, each with the GPU's UUID.
std::vector<std::pair<std::string, Action>> planned_actions(const Snapshot& now,
                                                            const ChangePlan& plan);

}  // namespace sectile
