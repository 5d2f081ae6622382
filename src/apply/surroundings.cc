#include "src/apply/surroundings.h"

#include "src/apply/step.h"

namespace sectile {
namespace {

void add_modes(const ChangePlan& plan, bool enabled,
               std::vector<std::pair<std::string, Action>>& actions) {
  for (const bool slow : {true, false}) {
    for (const GpuChange& change : plan.changes) {
      if (change.set_mode == enabled && change.needs_reset == slow) {
        actions.push_back({change.uuid,
                           {.kind = enabled ? Action::Kind::kModeOn : Action::Kind::kModeOff,
                            .step = {},
                            .purpose = Purpose::kForward,
                            .what = enabled ? "switch MIG on" : "switch MIG off"}});
      }
    }
  }
}

}  // namespace

Status Surroundings::before_mode() {
  for (Companion* const companion : companions_) {
    if (const Status ready = companion->before_mode(context_); !ready) {
      return ready;
    }
  }
  return inner_ != nullptr ? inner_->before_mode() : Status{};
}

Status Surroundings::before_config() {
  for (Companion* const companion : companions_) {
    if (const Status ready = companion->before_config(context_); !ready) {
      return ready;
    }
  }
  return inner_ != nullptr ? inner_->before_config() : Status{};
}

Status Surroundings::before(const GpuChange& change, const Action& action) {
  const Status entered = journal_.intend(context_.change, change.uuid, action);
  const Status told = inner_ != nullptr ? inner_->before(change, action) : Status{};
  return entered ? told : entered;
}

Status Surroundings::after(const GpuChange& change, const Action& action, const Status& outcome) {
  journal_.ended(outcome);
  return inner_ != nullptr ? inner_->after(change, action, outcome) : Status{};
}

std::vector<std::pair<std::string, Action>> planned_actions(const Snapshot& now,
                                                            const ChangePlan& plan) {
  std::vector<std::pair<std::string, Action>> actions;
  add_modes(plan, true, actions);
  for (const GpuChange& change : plan.changes) {
    const LiveGpu* const gpu = now.find(change.uuid);
    for (const Step& step : change.transition.steps) {
      const std::string what =
          gpu != nullptr && gpu->capable() ? describe(now.model_of(*gpu), step) : std::string();
      actions.push_back({change.uuid,
                         {.kind = Action::Kind::kStep,
                          .step = step,
                          .purpose = Purpose::kForward,
                          .what = what}});
    }
  }
  add_modes(plan, false, actions);
  return actions;
}

}  // namespace sectile
