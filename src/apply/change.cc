#include "sectile/apply/change.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

#include "sectile/apply/lock.h"
#include "src/apply/blocked.h"
#include "src/apply/surroundings.h"
#include "src/apply/transaction.h"

namespace sectile {
namespace {

std::vector<BlockedInstance> blocked_now(const Snapshot& now, const ChangePlan& plan) {
  std::vector<BlockedInstance> blocked;
  for (const GpuChange& change : plan.changes) {
    if (const LiveGpu* const gpu = now.find(change.uuid); gpu != nullptr && gpu->capable()) {
      std::ranges::move(blocked_instances(*gpu, now.model_of(*gpu), change),
                        std::back_inserter(blocked));
    }
  }
  return blocked;
}

std::unexpected<Error> not_finished(const ChangeRecord& record) {
  const std::string who =
      record.author.user.empty() ? std::to_string(record.author.uid) : record.author.user;
  return fail(ErrorCode::kNotRestored,
              "change " + std::to_string(record.id) + " (" + record.author.command +
                  "), begun by " + who + " at " + to_text(record.started) +
                  (record.state == ChangeState::kOpen ? ", was cut off and is not finished"
                                                      : ", failed and is not taken back"),
              "run `sectile repair`, which completes it or takes it back");
}

// One run of change(), from the moment at which the lock is held and the state file is open.
class Run {
 public:
  Run(Node& node, const ChangePlan& plan, const ChangeOptions& options, StateFile& state)
      : node_(node),
        plan_(plan),
        options_(options),
        state_(state),
        clock_(options.clock != nullptr ? *options.clock : system_clock()),
        journal_(state, clock_) {}

  Result<Applied> run() {
    const Result<std::optional<ChangeRecord>> earlier = journal_.unfinished();
    if (!earlier) {
      return fail(earlier);
    }
    if (const std::optional<ChangeRecord>& record = *earlier; record) {
      return not_finished(*record);
    }
    const Result<Snapshot> before = node_.read();
    if (!before) {
      return fail(before);
    }
    if (const auto blocked = blocked_now(*before, plan_); !blocked.empty() && !can_make_way()) {
      return busy(blocked);  // Before it is worth an entry.
    }
    const Result<std::int64_t> change =
        journal_.begin({.kind = options_.kind,
                        .undoes = options_.undoes,
                        .author = this_process(),
                        .before = image_before(*before, plan_),
                        .target = image_after(*before, plan_),
                        .planned = planned_actions(*before, plan_)});
    if (!change) {
      return fail(change);
    }
    const ChangeContext context{.node = node_,
                                .plan = plan_,
                                .before = *before,
                                .state = state_,
                                .change = *change,
                                .clock = clock_,
                                .progress = options_.progress};
    return within(context);
  }

 private:
  bool can_make_way() const {
    return std::ranges::any_of(options_.companions, &Companion::makes_way);
  }

  // From the entry in the journal to its end.
  Result<Applied> within(const ChangeContext& context) {
    Result<Applied> outcome = make(context);
    if (outcome) {
      outcome->change = context.change;
      for (Companion* const companion : options_.companions) {
        warn(companion->after_success(context, *outcome), outcome);
      }
    }
    // The entry ends last: whatever is cut off before is found, and repair calls exit() again.
    for (Companion* const companion : started_ | std::views::reverse) {
      warn(companion->exit(context, outcome), outcome);
    }
    const std::string message = outcome ? std::string() : outcome.error().message;
    const std::optional<NodeImage> after =
        outcome ? std::optional(image_before(outcome->after, plan_)) : std::nullopt;
    if (const Status closed = journal_.finish(context.change, state_of(outcome), message, after);
        !closed) {
      warn(fail(closed.error().code,
                closed.error().message + "; `sectile repair` closes the journal's entry"),
           outcome);
    }
    return outcome;
  }

  Result<Applied> make(const ChangeContext& context) {
    for (Companion* const companion : options_.companions) {
      started_.push_back(companion);
      if (const Status ready = companion->start(context); !ready) {
        return fail(ready);
      }
    }
    if (const Status free = make_way(context); !free) {
      return fail(free);
    }
    Surroundings surroundings(journal_, context, options_.companions, options_.observer);
    const ExecuteOptions options{.observer = &surroundings,
                                 .progress = options_.progress,
                                 .reset = options_.reset,
                                 .clock = &clock_,
                                 .state_directory = {}};
    Transaction transaction(node_, plan_, options);
    Result<Applied> outcome = transaction.run();
    waits_ = transaction.waits();
    return outcome;
  }

  Status make_way(const ChangeContext& context) {
    for (Companion* const companion : options_.companions) {
      const Result<Snapshot> now = node_.read();
      if (!now) {
        return fail(now);
      }
      const std::vector<BlockedInstance> blocked = blocked_now(*now, plan_);
      if (blocked.empty()) {
        return {};
      }
      if (!companion->makes_way()) {
        continue;
      }
      if (const Status made = companion->make_way(context, blocked); !made) {
        return made;
      }
    }
    return {};  // Whoever is left is found by the transaction.
  }

  ChangeState state_of(const Result<Applied>& outcome) const {
    if (outcome) {
      return ChangeState::kDone;
    }
    if (waits_) {
      return ChangeState::kPending;
    }
    switch (outcome.error().code) {
      case ErrorCode::kNotRestored:
        return ChangeState::kNotRestored;
      case ErrorCode::kRolledBack:
        return ChangeState::kRolledBack;
      default:
        return ChangeState::kFailed;
    }
  }

  void warn(const Status& status, Result<Applied>& outcome) const {
    if (status) {
      return;
    }
    if (outcome) {
      outcome->warnings.push_back(status.error().message);
    }
    if (options_.warn) {
      options_.warn(status.error().message);
    }
  }

  Node& node_;
  const ChangePlan& plan_;
  const ChangeOptions& options_;
  StateFile& state_;
  Clock& clock_;
  Journal journal_;
  std::vector<Companion*> started_;
  bool waits_ = false;
};

}  // namespace

Result<Applied> change(Node& node, const ChangePlan& plan, const ChangeOptions& options) {
  const bool helped = std::ranges::any_of(options.companions, &Companion::makes_way);
  if (!plan.blocked.empty() && !helped) {
    return busy(plan.blocked);
  }
  if (plan.empty()) {
    return execute(node, plan);
  }
  const Result<NodeLock> lock = NodeLock::acquire(options.state.directory);
  if (!lock) {
    return fail(lock);
  }
  Result<StateFile> state = StateFile::open(options.state);
  if (!state) {
    return fail(state);
  }
  return Run(node, plan, options, *state).run();
}

}  // namespace sectile
