// Applying target layouts to a node without harming running work.
//
// prepare() is pure: it compares a snapshot with the targets and says exactly what would be kept,
// destroyed and created, and who is in the way. execute() does it, step by step, reads back, and
// reports. A dry run is prepare() without execute().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/clock.h"
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

// Why an action is taken.
enum class Purpose : std::uint8_t { kForward, kUndo, kRepair };

// One thing done to a GPU.
struct Action {
  enum class Kind : std::uint8_t { kStep, kModeOn, kModeOff, kReset };

  Kind kind = Kind::kStep;
  Step step;  // Of kStep.
  Purpose purpose = Purpose::kForward;
  std::string what;  // In words: "create 3g.40gb@4".
};

std::string_view name_of(const Action& action);  // "create-instance", "mode-on", "reset".

// The seam for what surrounds the actions: the journal goes here. Actions that take something back
// are told like any other. If before() fails, the action is not taken and what was done is taken
// back; that is done even if before() fails again.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual Status before_mode() { return {}; }    // Before the first change of a MIG mode.
  virtual Status before_config() { return {}; }  // Before the first change of instances.
  virtual Status before(const GpuChange& change, const Action& action) = 0;
  // `outcome`: as it was read back. After a failure the action may have had its effect or not.
  virtual Status after(const GpuChange& change, const Action& action, const Status& outcome) = 0;
};

struct Applied {
  Snapshot before;
  Snapshot after;  // Read back.
  int steps_done = 0;
  std::int64_t change = 0;            // Its number in the journal; 0 if there is none.
  std::vector<std::string> warnings;  // What went wrong without harm to the layout.
};

// Resets one GPU, as `nvidia-smi -r -i UUID` does. Called with NVML closed, and only for a GPU
// whose new mode is pending and that nobody uses.
using ResetFn = std::function<Status(const std::string& uuid)>;

struct ExecuteOptions {
  StepObserver* observer = nullptr;
  Progress progress = {};
  ResetFn reset = {};
  Clock* clock = nullptr;            // For waiting between attempts; system_clock() if null.
  std::string state_directory = {};  // Of the lock; as NodeLock::acquire() takes it.
};

// Carries the plan out under the node lock (lock.h), without a journal: programs call change() of
// change.h. Fails with kStale if the node no longer is what `plan` was made from, with kBusy naming
// the holders if an instance to be destroyed is in use, both before anything is touched. A step
// that fails is tried again for a while, since drivers lag and let go of instances late. Takes back
// what it did when it fails for good: kRolledBack if the old layout is back, kNotRestored, naming
// what differs, if not; if the very first step fails, its own error.
//
// Without `reset`, a mode that stays pending is left so and named, with kUnavailable: nothing else
// is changed after a mode that does not come on, and everything else before one that does not go
// off. Apply the same plan again after the reset.
Result<Applied> execute(Node& node, const ChangePlan& plan, const ExecuteOptions& options = {});

}  // namespace sectile
