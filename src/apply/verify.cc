#include <algorithm>
#include <iterator>

#include "src/apply/blocked.h"
#include "src/apply/transaction.h"

namespace sectile {

Expected Transaction::old_state(const GpuChange& change) const {
  return {.layout = change.from, .mode = change.mode, .pending = change.pending};
}

Expected Transaction::new_state(const GpuChange& change) const {
  const MigMode mode = change.set_mode ? to_mode(*change.set_mode) : change.mode;
  return {.layout = change.to, .mode = mode, .pending = mode};
}

Status Transaction::still_as_planned() const {
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

Status Transaction::verify(const Snapshot& after) const {
  const std::string wrong = differences(after, &Transaction::new_state);
  return wrong.empty()
             ? Status{}
             : fail(ErrorCode::kFailed, "every step succeeded, but the result is wrong: " + wrong);
}

std::string Transaction::differences(const Snapshot& now,
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

}  // namespace sectile
