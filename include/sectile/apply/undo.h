// Taking back the last change that had an effect. It is a change like any other: change() makes it,
// with ChangeKind::kUndo, so that it can itself be taken back.
#pragma once

#include "sectile/apply/apply.h"
#include "sectile/apply/journal.h"
#include "sectile/apply/state_file.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"

namespace sectile {

struct UndoPlan {
  ChangeRecord record;  // What is taken back.
  ChangePlan plan;
};

// Fails with kNotRestored if a change is not finished, with kInvalidArgument if there is nothing to
// be taken back, and, unless `forced`, with kStale if the GPUs are not as that change left them. A
// restart since, which takes all instances away, does not count.
Result<UndoPlan> prepare_undo(const Snapshot& now, const StateOptions& state, bool forced);

}  // namespace sectile
