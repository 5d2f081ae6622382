#include <chrono>
#include <ranges>
#include <utility>

#include "sectile/text/notation.h"
#include "src/apply/step.h"
#include "src/apply/transaction.h"

namespace sectile {
namespace {

constexpr int kUndoPasses = 3;
constexpr std::chrono::milliseconds kBetweenPasses(500);

}  // namespace

Error Transaction::roll_back(const Error& cause) {
  undoing_ = true;
  std::string left;
  for (int pass = 0; pass < kUndoPasses; ++pass) {
    if (pass > 0) {
      clock_.sleep(kBetweenPasses * pass);
    }
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

void Transaction::undo(const Done& done) {
  const GpuChange& change = *done.change;
  const Result<LiveGpu> now = node_.refresh(gpu(change), model(change));
  if (!now) {
    return;
  }
  if (done.action.kind != Action::Kind::kStep) {
    if (now->mode != change.mode || now->pending != change.pending) {
      undo_mode(change);
    }
    return;
  }
  const Step step = inverse(done.action.step);
  if (achieved(*now, step)) {
    return;
  }
  const Action action{.kind = Action::Kind::kStep,
                      .step = step,
                      .purpose = Purpose::kUndo,
                      .what = describe(model(change), step)};
  tell(change, "take back: " + action.what);
  static_cast<void>(observed(change, action, [&] {
    return perform(node_, {.gpu = gpu(change), .model = model(change)}, step);
  }));
}

void Transaction::undo_mode(const GpuChange& change) {
  const bool enabled = change.pending == MigMode::kEnabled;
  tell(change, "take the MIG mode back");
  std::vector<const GpuChange*> pending;
  static_cast<void>(switch_mode(change,
                                {.kind = enabled ? Action::Kind::kModeOn : Action::Kind::kModeOff,
                                 .step = {},
                                 .purpose = Purpose::kUndo,
                                 .what = enabled ? "switch MIG on again" : "switch MIG off again"},
                                pending));
}

std::string Transaction::way_back(const Error& cause) const {
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

}  // namespace sectile
