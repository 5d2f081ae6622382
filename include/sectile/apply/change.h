// change(): a change of the node as a program makes it: locked, journalled, with all that must
// happen around it.
//
// execute() of apply.h is its heart. Around that stand the journal (journal.h), so that a crash or
// a power cut leaves nothing unexplained, and companions: what else belongs to a change, such as
// hooks, services that must stop and start, or whoever must leave first.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/apply/clock.h"
#include "sectile/apply/journal.h"
#include "sectile/apply/state_file.h"
#include "sectile/base/result.h"
#include "sectile/device/node.h"

namespace sectile {

// What companions see of the change they belong to. Valid until exit() returns.
struct ChangeContext {
  Node& node;  // node.closed() where a companion works long or starts what must find NVML closed.
  const ChangePlan& plan;
  const Snapshot& before;
  StateFile& state;  // Documents here outlive a crash: what was stopped, to be started again.
  std::int64_t change = 0;  // Its number in the journal.
  Clock& clock;
  const Progress& progress;
};

// Called in the order of the functions below, each on every companion in the order of the list
// (exit in reverse). A failure of the first four stops the change: what was done is taken back.
// Each does nothing unless overridden.
class Companion {
 public:
  virtual ~Companion() = default;

  // Under the lock, after the journal has the old layout, before anything is touched.
  virtual Status start(const ChangeContext&) { return {}; }

  // Whether make_way() may help, so that the change may start although instances are in use.
  virtual bool makes_way() const { return false; }
  // Somebody is in the way: waits for them, stops or evicts them. Afterwards the node is read
  // again, and the change refuses if somebody still is.
  virtual Status make_way(const ChangeContext&, const std::vector<BlockedInstance>&) { return {}; }

  // Before the first change of a MIG mode, if there is one.
  virtual Status before_mode(const ChangeContext&) { return {}; }
  // Before the first change of instances, if there is one.
  virtual Status before_config(const ChangeContext&) { return {}; }

  // The layout is there and was read back: UUIDs old and new are in `applied`. A failure becomes a
  // warning in Applied; the change stands.
  virtual Status after_success(const ChangeContext&, const Applied&) { return {}; }

  // Always called if start() was, also if that failed: success, failure, undone or not. `outcome`
  // has what change() will return. repair() calls it too, without start(), so that what an
  // interrupted change had stopped is started again. A failure becomes a warning.
  virtual Status exit(const ChangeContext&, const Result<Applied>& outcome) {
    static_cast<void>(outcome);
    return {};
  }
};

struct ChangeOptions {
  ChangeKind kind = ChangeKind::kApply;
  std::optional<std::int64_t> undoes = {};  // With kUndo.
  StateFile::Options state = {};
  std::vector<Companion*> companions = {};
  // Told of each action after its intent is in the journal and before its outcome is.
  StepObserver* observer = nullptr;
  Progress progress = {};
  ResetFn reset = {};
  Clock* clock = nullptr;  // system_clock() if null.
  // Told what failed without the change failing; null: only in Applied::warnings.
  std::function<void(const std::string&)> warn = {};
};

// Carries the plan out as execute() does, and fails as it does. Also fails, with kNotRestored and
// before anything is touched, while an earlier change is not finished: `sectile repair` comes
// first. An empty plan needs neither lock nor journal nor companions.
Result<Applied> change(Node& node, const ChangePlan& plan, const ChangeOptions& options = {});

}  // namespace sectile
