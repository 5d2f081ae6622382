#include <algorithm>
#include <chrono>
#include <utility>

#include "src/apply/step.h"
#include "src/apply/transaction.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;

constexpr int kReadsMax = 3;

// Between attempts: a driver that lags, or a handle that is let go late, is done in seconds.
constexpr milliseconds kPatience[] = {milliseconds(250), milliseconds(500), milliseconds(1000)};

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kFailed || error.code == ErrorCode::kBusy;
}

}  // namespace

Result<Snapshot> read_patiently(const Node& node) {
  Result<Snapshot> snapshot = node.read();
  for (int attempt = 1; attempt < kReadsMax && !snapshot; ++attempt) {
    snapshot = node.read();
  }
  return snapshot;
}

MigMode to_mode(bool enabled) {
  return enabled ? MigMode::kEnabled : MigMode::kDisabled;
}

std::string label(const GpuChange& change) {
  return "gpu " + std::to_string(change.index);
}

std::unexpected<Error> failure(const GpuChange& change, const std::string& what,
                               const Error& error) {
  return fail(error.code, label(change) + ": " + what + ": " + error.message, error.next);
}

Transaction::Transaction(Node& node, const ChangePlan& plan, const ExecuteOptions& options,
                         Manner manner)
    : node_(node),
      plan_(plan),
      options_(options),
      clock_(options.clock != nullptr ? *options.clock : system_clock()),
      manner_(manner) {}

Transaction::Transaction(Node& node, const ChangePlan& plan, const ExecuteOptions& options)
    : Transaction(node, plan, options, Manner{}) {}

Result<Applied> Transaction::run() {
  Result<Snapshot> before = node_.read();
  if (!before) {
    return fail(before);
  }
  before_ = *std::move(before);
  if (const Status fresh = still_as_planned(); !fresh) {
    return fail(fresh);
  }
  // From here on the node is ours, unless somebody does not ask for the lock.
  Status outcome = forward();
  if (!outcome && (waits_ || !manner_.takes_back)) {
    return fail(outcome);  // Waiting: nothing is to be undone, since a reset completes it.
  }
  Result<Snapshot> after = read_patiently(node_);
  if (outcome) {
    outcome = after ? verify(*after) : fail(after);
  }
  if (!outcome) {
    return std::unexpected(manner_.takes_back ? roll_back(outcome.error()) : outcome.error());
  }
  return Applied{.before = before_,
                 .after = *std::move(after),
                 .steps_done = steps_done_,
                 .change = 0,
                 .warnings = {}};
}

// Modes first, since a mode that does not come on makes the rest pointless; then all instances;
// then the modes that go off, whose instances are gone by then.
Status Transaction::forward() {
  StepObserver* const observer = options_.observer;
  if (observer != nullptr &&
      std::ranges::any_of(plan_.changes, [](const GpuChange& one) { return !!one.set_mode; })) {
    if (const Status ready = observer->before_mode(); !ready) {
      return ready;
    }
  }
  if (Status on = switch_modes(true); !on) {
    return on;
  }
  if (observer != nullptr && std::ranges::any_of(plan_.changes, [](const GpuChange& one) {
        return !one.transition.empty();
      })) {
    if (const Status ready = observer->before_config(); !ready) {
      return ready;
    }
  }
  for (const GpuChange& change : plan_.changes) {
    if (Status taken = take_steps(change); !taken) {
      return taken;
    }
  }
  return switch_modes(false);
}

Status Transaction::take_steps(const GpuChange& change) {
  for (const Step& step : change.transition.steps) {
    if (Status taken = take(change, step); !taken) {
      return taken;
    }
  }
  return {};
}

Status Transaction::take(const GpuChange& change, const Step& step) {
  const Action action{.kind = Action::Kind::kStep,
                      .step = step,
                      .purpose = manner_.purpose,
                      .what = describe(model(change), step)};
  const Target target{.gpu = gpu(change), .model = model(change)};
  tell(change, action.what);
  const Status outcome = observed(change, action, [&] {
    const Status taken = patiently(
        change, action.what, [&] { return perform(node_, target, step); },
        [&](const LiveGpu& now) { return achieved(now, step); });
    // A step that failed may have had its effect all the same. Only where the driver, or we before
    // it, found that something cannot be created, what is there is not ours; what went is missed.
    const bool creates =
        step.kind == StepKind::kCreateInstance || step.kind == StepKind::kCreateCompute;
    const bool refused = !taken && creates &&
                         (taken.error().code == ErrorCode::kStale ||
                          taken.error().code == ErrorCode::kUnsatisfiable);
    if (!refused) {
      done_.push_back({&change, action});
    }
    return taken;
  });
  if (!outcome) {
    return failure(change, action.what, outcome.error());
  }
  steps_done_ += 1;
  return {};
}

Status Transaction::observed(const GpuChange& change, const Action& action,
                             const std::function<Status()>& work) {
  StepObserver* const observer = options_.observer;
  if (observer != nullptr) {
    // What is to be taken back is taken back, also where it can no longer be written down: the
    // journal has had the old layout from the beginning.
    if (const Status told = observer->before(change, action); !told && !undoing_) {
      return told;
    }
  }
  const Status outcome = work();
  const Status noted = observer != nullptr ? observer->after(change, action, outcome) : Status{};
  return outcome && !undoing_ ? noted : outcome;
}

Status Transaction::patiently(const GpuChange& change, const std::string& what,
                              const std::function<Status()>& attempt,
                              const std::function<bool(const LiveGpu&)>& achieved) const {
  Status outcome = attempt();
  for (const milliseconds wait : kPatience) {
    if (outcome || !may_pass(outcome.error())) {
      break;
    }
    tell(change, what + ": trying again, since " + outcome.error().message);
    clock_.sleep(wait);
    const Result<LiveGpu> now = node_.refresh(gpu(change), model(change));
    outcome = now && achieved(*now) ? Status{} : attempt();
  }
  return outcome;
}

void Transaction::tell(const GpuChange& change, const std::string& what) const {
  if (options_.progress) {
    options_.progress(label(change) + ": " + what, std::min(steps_done_ + 1, plan_.steps()),
                      plan_.steps());
  }
}

}  // namespace sectile
