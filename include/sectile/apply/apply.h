// Applying target layouts to a node without harming running work.
//
// prepare() is pure: it compares a snapshot with the targets and says exactly what would be kept,
// destroyed and created, and who is in the way. execute() does it, step by step, reads back, and
// reports. A dry run is prepare() without execute().
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/node.h"
#include "sectile/device/snapshot.h"
#include "sectile/plan/transition.h"

namespace sectile {

// What one GPU shall be. GPUs without a target are left alone.
struct GpuTarget {
  std::string uuid;
  bool mig_enabled = true;
  Layout layout;                // Ignored if MIG shall be off.
  bool exact_placement = true;  // false: only the multiset of instances matters (mig-parted files).
  bool mode_only = false;       // Leave the instances alone.
};

struct BlockedInstance {
  std::string uuid;  // Of the GPU.
  unsigned gpu_index = 0;
  Placement placement;
  std::string profile;  // "3g.40gb"
  std::vector<GpuProcess> holders;
};

struct GpuChange {
  std::string uuid;
  unsigned index = 0;
  std::optional<bool> set_mode;         // Present if the mode changes.
  bool needs_reset = false;             // The mode change may stay pending until a reset (Ampere).
  MigMode mode = MigMode::kNotCapable;  // As it was when this was planned.
  MigMode pending = MigMode::kNotCapable;
  Transition transition;
  Layout from;
  Layout to;

  bool empty() const { return !set_mode && transition.empty(); }
};

struct ChangePlan {
  std::vector<GpuChange> changes;        // One for each target, in order of index.
  std::vector<BlockedInstance> blocked;  // Not empty: execute() refuses.

  bool empty() const;
  int steps() const;
};

// Fails with kInvalidArgument for an unknown GPU or one that is not capable, with kUnsatisfiable
// for a layout that is not legal.
Result<ChangePlan> prepare(const Snapshot& now, const std::vector<GpuTarget>& targets);

// Told before each step: "gpu 0: create 3g.40gb@4", step 3 of 12.
using Progress = std::function<void(const std::string& what, int step, int steps)>;

// The seam for what surrounds the steps: the journal of the transaction goes here. Undo steps are
// told like any other. If before() fails, the step is not taken and what was done is taken back.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual Status before(const GpuChange& change, const Step& step) = 0;
  virtual Status after(const GpuChange& change, const Step& step, const Status& outcome) = 0;
};

struct Applied {
  Snapshot before;
  Snapshot after;  // Read back.
  int steps_done = 0;
};

// Resets one GPU, as `nvidia-smi -r -i UUID` does. Called with NVML closed, and only for a GPU
// whose new mode is pending and that nobody uses.
using ResetFn = std::function<Status(const std::string& uuid)>;

// Carries the plan out under the node lock (lock.h). Fails with kStale if the node no longer is
// what `plan` was made from, with kBusy naming the holders if an instance to be destroyed is in
// use, both before anything is touched. Takes back what it did when a step fails: kRolledBack if
// the old layout is back, kNotRestored, naming what differs, if not; if the very first step fails,
// its own error.
//
// Without `reset`, a mode that stays pending is left so and named, with kUnavailable: nothing else
// is changed after a mode that does not come on, and everything else before one that does not go
// off. Apply the same plan again after the reset.
Result<Applied> execute(Node& node, const ChangePlan& plan, StepObserver* observer = nullptr,
                        const Progress& progress = {}, const ResetFn& reset = {});

}  // namespace sectile
