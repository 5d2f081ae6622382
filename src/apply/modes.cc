#include <algorithm>
#include <string>

#include "sectile/apply/mode_rule.h"
#include "src/apply/blocked.h"
#include "src/apply/transaction.h"

namespace sectile {

// Those that may stay pending go first, so that nothing else is touched if one does not come on.
Status Transaction::switch_modes(bool enabled) {
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

Status Transaction::switch_modes(bool enabled, bool slow) {
  const Action action{.kind = enabled ? Action::Kind::kModeOn : Action::Kind::kModeOff,
                      .step = {},
                      .purpose = manner_.purpose,
                      .what = enabled ? "switch MIG on" : "switch MIG off"};
  for (const GpuChange& change : plan_.changes) {
    if (change.set_mode != enabled || change.needs_reset != slow) {
      continue;
    }
    tell(change, action.what);
    if (const Status switched = switch_mode(change, action, pending_); !switched) {
      return failure(change, action.what, switched.error());
    }
    steps_done_ += 1;
  }
  return {};
}

Status Transaction::switch_mode(const GpuChange& change, const Action& action,
                                std::vector<const GpuChange*>& pending) {
  const bool enabled = action.kind == Action::Kind::kModeOn;
  bool current = false;
  std::string& answer = answers_[change.uuid];
  Status switched = observed(change, action, [&] {
    if (!undoing_) {
      done_.push_back({&change, action});
    }
    return patiently(
        change, action.what,
        [&]() -> Status {
          const Result<Node::ModeChange> set = node_.set_mode(change.uuid, enabled);
          current = set && set->current;
          answer = set ? set->status : "";
          return set ? Status{} : fail(set);
        },
        [&](const LiveGpu& now) {
          current = now.mode == to_mode(enabled) && now.pending == now.mode;
          return current;
        });
  });
  if (!switched || current) {
    return switched;
  }
  if (!options_.reset) {
    pending.push_back(&change);
    return {};
  }
  return reset(change, action);
}

Status Transaction::reset(const GpuChange& change, const Action& cause) {
  const Result<LiveGpu> now = node_.refresh(gpu(change), model(change));
  if (!now) {
    return fail(now);
  }
  if (!now->processes.empty()) {
    return fail(ErrorCode::kBusy, "it needs a reset, but is in use by " + to_text(now->processes),
                "end these processes");
  }
  if (const Status done = reset_observed(change, cause); !done) {
    return done;
  }
  const Result<LiveGpu> after = node_.refresh(gpu(change), model(change));
  if (!after) {
    return fail(after);
  }
  return after->mode == to_mode(cause.kind == Action::Kind::kModeOn)
             ? Status{}
             : fail(ErrorCode::kUnavailable, "the reset did not bring the new MIG mode",
                    "a GPU that is passed through to a virtual machine needs a reboot of it");
}

Status Transaction::reset_observed(const GpuChange& change, Action action) {
  action.kind = Action::Kind::kReset;
  action.what = "reset";
  tell(change, action.what);
  return observed(change, action,
                  [&] { return node_.closed([&] { return options_.reset(change.uuid); }); });
}

Status Transaction::wait_for_reset() {
  waits_ = true;
  std::string names;
  std::string uuids;
  ModeCommit commit = ModeCommit::kReset;
  for (const GpuChange* change : pending_) {
    const std::string& answer = answers_[change->uuid];
    names += (names.empty() ? "" : ", ") + label(*change) + " (" + change->uuid +
             (answer.empty() ? "" : ": the driver says '" + answer + "'") + ")";
    uuids += (uuids.empty() ? "" : ",") + change->uuid;
    commit = std::max(commit, mode_rule(gpu(*change), model(*change)).commit);
  }
  return fail(ErrorCode::kUnavailable,
              "the new MIG mode of " + names + " is pending until " +
                  std::string(commit_text(commit)) + "; " +
                  (steps_done_ > static_cast<int>(pending_.size()) ? "what else was done stays"
                                                                   : "nothing else was changed"),
              commit == ModeCommit::kReset
                  ? "nvidia-smi -r -i " + uuids + ", then apply again; or apply with --reset"
                  : commit_next(commit));
}

}  // namespace sectile
