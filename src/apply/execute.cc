#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/apply/lock.h"
#include "sectile/text/notation.h"
#include "src/apply/blocked.h"
#include "src/apply/difference.h"
#include "src/apply/step.h"

namespace sectile {
namespace {

constexpr int kReadsMax = 3;
constexpr int kUndoPasses = 3;

MigMode to_mode(bool enabled) {
  return enabled ? MigMode::kEnabled : MigMode::kDisabled;
}

std::string label(const GpuChange& change) {
  return "gpu " + std::to_string(change.index);
}

// A read that fails may succeed a moment later, and much hangs on it.
Result<Snapshot> read_patiently(const Node& node) {
  Result<Snapshot> snapshot = node.read();
  for (int attempt = 1; attempt < kReadsMax && !snapshot; ++attempt) {
    snapshot = node.read();
  }
  return snapshot;
}

// One run of execute(): what was done so far, and how to take it back.
class Transaction {
 public:
  Transaction(Node& node, const ChangePlan& plan, StepObserver* observer, const Progress& progress,
              const ResetFn& reset)
      : node_(node), plan_(plan), observer_(observer), progress_(progress), reset_(reset) {}

  Result<Applied> run() {
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
    if (!outcome && waits_) {
      return fail(outcome);  // Nothing to be undone: a reset completes it.
    }
    Result<Snapshot> after = read_patiently(node_);
    if (outcome) {
      outcome = after ? verify(*after) : fail(after);
    }
    if (!outcome) {
      return std::unexpected(roll_back(outcome.error()));
    }
    return Applied{.before = before_, .after = *std::move(after), .steps_done = steps_done_};
  }

 private:
  // A new mode, or an instance step.
  using Action = std::variant<bool, Step>;
  struct Done {
    const GpuChange* change = nullptr;
    Action action;
  };

  const LiveGpu& gpu(const GpuChange& change) const { return *before_.find(change.uuid); }
  const Model& model(const GpuChange& change) const { return before_.model_of(gpu(change)); }
  Expected old_state(const GpuChange& change) const {
    return {.layout = change.from, .mode = change.mode, .pending = change.pending};
  }
  Expected new_state(const GpuChange& change) const {
    const MigMode mode = change.set_mode ? to_mode(*change.set_mode) : change.mode;
    return {.layout = change.to, .mode = mode, .pending = mode};
  }

  Status still_as_planned() const {
    std::vector<BlockedInstance> blocked;
    for (const GpuChange& change : plan_.changes) {
      const LiveGpu* now = before_.find(change.uuid);
      const std::string changed = now == nullptr || !now->capable()
                                      ? "it is not there"
                                      : difference(before_.model_of(*now), *now, old_state(change));
      if (!changed.empty()) {
        return fail(ErrorCode::kStale, label(change) + " changed since it was read: " + changed,
                    "plan again");
      }
      std::ranges::move(blocked_instances(*now, before_.model_of(*now), change),
                        std::back_inserter(blocked));
    }
    return blocked.empty() ? Status{} : busy(blocked);
  }

  // Modes first, since a mode that does not come on makes the rest pointless; then all instances;
  // then the modes that go off, whose instances are gone by then.
  Status forward() {
    if (Status on = switch_modes(true); !on) {
      return on;
    }
    for (const GpuChange& change : plan_.changes) {
      if (Status taken = take_steps(change); !taken) {
        return taken;
      }
    }
    return switch_modes(false);
  }

  Status take_steps(const GpuChange& change) {
    for (const Step& step : change.transition.steps) {
      if (Status taken = take(change, step); !taken) {
        return taken;
      }
    }
    return {};
  }

  // Those that may stay pending go first, so that nothing else is touched if one does not come on.
  Status switch_modes(bool enabled) {
    for (const bool slow : {true, false}) {
      if (Status switched = switch_modes(enabled, slow); !switched) {
        return switched;
      }
      if (enabled && !pending_.empty()) {
        break;
      }
    }
    return pending_.empty() ? Status{} : wait_for_reset();
  }

  Status switch_modes(bool enabled, bool slow) {
    const std::string what = enabled ? "switch MIG on" : "switch MIG off";
    for (const GpuChange& change : plan_.changes) {
      if (change.set_mode != enabled || change.needs_reset != slow) {
        continue;
      }
      tell(change, what);
      done_.push_back({&change, enabled});
      if (Status switched = switch_mode(change, enabled, pending_); !switched) {
        return failure(change, what, switched.error());
      }
      steps_done_ += 1;
    }
    return {};
  }

  // Adds the change to `pending` if its mode waits for a reset that nobody asked for.
  Status switch_mode(const GpuChange& change, bool enabled,
                     std::vector<const GpuChange*>& pending) {
    const Result<Node::ModeChange> switched = node_.set_mode(change.uuid, enabled);
    if (!switched) {
      return fail(switched);
    }
    if (switched->current) {
      return {};
    }
    if (!reset_) {
      pending.push_back(&change);
      return {};
    }
    return reset(change, enabled);
  }

  Status reset(const GpuChange& change, bool enabled) {
    const Result<LiveGpu> now = node_.refresh(gpu(change), model(change));
    if (!now) {
      return fail(now);
    }
    if (!now->processes.empty()) {
      return fail(ErrorCode::kBusy, "it needs a reset, but is in use by " + to_text(now->processes),
                  "end these processes");
    }
    tell(change, "reset");
    if (const Status done = node_.closed([&] { return reset_(change.uuid); }); !done) {
      return fail(done);
    }
    const Result<LiveGpu> after = node_.refresh(gpu(change), model(change));
    if (!after) {
      return fail(after);
    }
    return after->mode == to_mode(enabled)
               ? Status{}
               : fail(ErrorCode::kUnavailable, "the reset did not bring the new MIG mode",
                      "a GPU that is passed through to a virtual machine needs a reboot of it");
  }

  Status wait_for_reset() {
    waits_ = true;
    std::string names;
    std::string uuids;
    for (const GpuChange* change : pending_) {
      names += (names.empty() ? "" : ", ") + label(*change) + " (" + change->uuid + ")";
      uuids += (uuids.empty() ? "" : ",") + change->uuid;
    }
    return fail(ErrorCode::kUnavailable,
                "the new MIG mode of " + names + " is pending until the GPU is reset; " +
                    (steps_done_ > static_cast<int>(pending_.size()) ? "what else was done stays"
                                                                     : "nothing else was changed"),
                "nvidia-smi -r -i " + uuids + ", then apply again; or apply with --reset");
  }

  Status take(const GpuChange& change, const Step& step) {
    const std::string what = describe(model(change), step);
    tell(change, what);
    if (observer_ != nullptr) {
      if (const Status told = observer_->before(change, step); !told) {
        return failure(change, what, told.error());
      }
    }
    const Status outcome = perform(node_, {.gpu = gpu(change), .model = model(change)}, step);
    // A step that failed may have had its effect all the same, except where the driver, or we
    // before it, found that it cannot be done: then what is there is not ours.
    const bool refused = !outcome && (outcome.error().code == ErrorCode::kStale ||
                                      outcome.error().code == ErrorCode::kUnsatisfiable);
    if (!refused) {
      done_.push_back({&change, step});
    }
    const Status noted = observer_ != nullptr ? observer_->after(change, step, outcome) : Status{};
    if (!outcome || !noted) {
      return failure(change, what, (outcome ? noted : outcome).error());
    }
    steps_done_ += 1;
    return {};
  }

  std::unexpected<Error> failure(const GpuChange& change, const std::string& what,
                                 const Error& error) const {
    return fail(error.code, label(change) + ": " + what + ": " + error.message, error.next);
  }

  void tell(const GpuChange& change, const std::string& what) const {
    if (progress_) {
      progress_(label(change) + ": " + what, std::min(steps_done_ + 1, plan_.steps()),
                plan_.steps());
    }
  }

  Status verify(const Snapshot& after) const {
    const std::string wrong = differences(after, &Transaction::new_state);
    return wrong.empty() ? Status{}
                         : fail(ErrorCode::kFailed,
                                "every step succeeded, but the result is wrong: " + wrong);
  }

  std::string differences(const Snapshot& now,
                          Expected (Transaction::*state)(const GpuChange&) const) const {
    std::string text;
    for (const GpuChange& change : plan_.changes) {
      const LiveGpu* found = now.find(change.uuid);
      const std::string one = found == nullptr || !found->capable()
                                  ? "it is not there"
                                  : difference(model(change), *found, (this->*state)(change));
      if (!one.empty()) {
        text += (text.empty() ? "" : "; ") + label(change) + ": " + one;
      }
    }
    return text;
  }

  // The error to report after everything possible was done to get the old state back.
  Error roll_back(const Error& cause) {
    std::string left;
    for (int pass = 0; pass < kUndoPasses; ++pass) {
      for (const Done& done : done_ | std::views::reverse) {
        undo(done);
      }
      const Result<Snapshot> now = read_patiently(node_);
      left = now ? differences(*now, &Transaction::old_state)
                 : "the node cannot be read: " + now.error().message;
      if (left.empty()) {
        break;
      }
    }
    if (!left.empty()) {
      return {ErrorCode::kNotRestored, cause.message + "; not restored: " + left, way_back(cause)};
    }
    if (steps_done_ == 0) {
      return cause;  // Nothing had happened that a user need know of.
    }
    return {ErrorCode::kRolledBack, cause.message + "; the old layout is back", cause.next};
  }

  // Undoes one action if it is not undone. Its own failures show in what is read afterwards.
  void undo(const Done& done) {
    const GpuChange& change = *done.change;
    const Result<LiveGpu> now = node_.refresh(gpu(change), model(change));
    if (!now) {
      return;
    }
    if (std::holds_alternative<bool>(done.action)) {
      if (now->mode != change.mode || now->pending != change.pending) {
        tell(change, "take the MIG mode back");
        std::vector<const GpuChange*> pending;
        static_cast<void>(switch_mode(change, change.pending == MigMode::kEnabled, pending));
      }
      return;
    }
    const Step step = inverse(std::get<Step>(done.action));
    if (achieved(*now, step)) {
      return;
    }
    tell(change, "take back: " + describe(model(change), step));
    if (observer_ != nullptr && !observer_->before(change, step)) {
      return;
    }
    const Status outcome = perform(node_, {.gpu = gpu(change), .model = model(change)}, step);
    if (observer_ != nullptr) {
      static_cast<void>(observer_->after(change, step, outcome).has_value());
    }
  }

  std::string way_back(const Error& cause) const {
    std::string text = cause.next.empty() ? "" : cause.next + "; then ";
    text += "apply the old layout again:";
    for (const GpuChange& change : plan_.changes) {
      text += " " + change.uuid + ": " +
              (change.mode == MigMode::kEnabled ? to_notation(model(change), change.from)
                                                : std::string("MIG off"));
      text += &change == &plan_.changes.back() ? "" : ",";
    }
    return text;
  }

  Node& node_;
  const ChangePlan& plan_;
  StepObserver* observer_;
  const Progress& progress_;
  const ResetFn& reset_;
  Snapshot before_;
  std::vector<Done> done_;                 // In order; also what failed and may have happened.
  std::vector<const GpuChange*> pending_;  // Whose mode needs a reset.
  bool waits_ = false;                     // It is all that is left to do.
  int steps_done_ = 0;
};

}  // namespace

Result<Applied> execute(Node& node, const ChangePlan& plan, StepObserver* observer,
                        const Progress& progress, const ResetFn& reset) {
  if (!plan.blocked.empty()) {
    return busy(plan.blocked);
  }
  std::optional<NodeLock> lock;
  if (!plan.empty()) {
    Result<NodeLock> acquired = NodeLock::acquire();
    if (!acquired) {
      return fail(acquired);
    }
    lock = *std::move(acquired);
  }
  return Transaction(node, plan, observer, progress, reset).run();
}

}  // namespace sectile
