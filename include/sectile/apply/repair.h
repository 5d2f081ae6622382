// repair(): what to do about a change that was cut off, or that failed and could not be taken back.
//
// The journal has the layout from before and the one that was asked for; the node is compared with
// both. What is there already is only noted. Otherwise the old layout is brought back if that harms
// nobody and needs no reset that was not asked for; otherwise the new layout is completed; if that
// cannot be either, nothing is touched and everything is named. Instances that are of neither
// layout were made by somebody else since, and are not ours to take away.
//
// A restart of the machine takes all instances away, so that there is nothing left to be finished:
// the entry is closed, and what saved layouts are for is left to `sectile restore`.
//
// Safe to be run at any time, at boot and twice: what it does is journalled in the same entry.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/apply/change.h"
#include "sectile/apply/clock.h"
#include "sectile/apply/journal.h"
#include "sectile/apply/state_file.h"
#include "sectile/base/result.h"
#include "sectile/device/node.h"

namespace sectile {

enum class RepairWish : std::uint8_t {
  kChoose,    // As above.
  kTakeBack,  // The old layout, or an error. May destroy what is of neither layout, if idle.
  kComplete,  // The new layout, likewise.
  kAccept,    // The node is right as it is: only close the entry.
};

// What repair() would do.
struct RepairPlan {
  ChangeState end = ChangeState::kTakenBack;  // How the entry will end.
  ChangePlan plan;                            // Empty if nothing is to be done to the node.
  std::string reason;                         // "the old layout is there: nothing is left to do"
};

// Where and how repair() works.
struct RepairSetting {
  RepairWish wish = RepairWish::kChoose;
  std::string boot;        // The boot id of now.
  bool may_reset = false;  // GPUs may be reset.
};

// Pure. Fails with kNotRestored, naming what differs and who or what is
// in the way, if nothing can be done.
Result<RepairPlan> plan_repair(const ChangeRecord& record, const Snapshot& now,
                               const RepairSetting& setting);

// What tells the GPUs of the image from what they are now, in words; empty if nothing does.
std::string differences(const Snapshot& now, const NodeImage& image);

struct RepairOptions {
  RepairWish wish = RepairWish::kChoose;
  bool only_look = false;  // Say what would be done, and do nothing.
  StateOptions state = {};
  std::vector<Companion*> companions = {};
  StepObserver* observer = nullptr;
  Progress progress = {};
  ResetFn reset = {};
  Clock* clock = nullptr;  // system_clock() if null.
  std::function<void(const std::string&)> warn = {};
  // Asked before anything is touched, if anything is to be; may refuse. Null: not asked.
  std::function<Status(const ChangeRecord&, const Snapshot&, const RepairPlan&)> confirm = {};
};

struct Repaired {
  bool found = false;  // false: everything was finished, and the rest means nothing.
  ChangeRecord record;
  RepairPlan plan;
  int steps_done = 0;
};

// `open` is called only if something is unfinished. Fails with kBusy while a change is being made,
// as plan_repair() does, and with kNotRestored, naming what is left, if a step fails.
Result<Repaired> repair(const std::function<Result<Node>()>& open,
                        const RepairOptions& options = {});

}  // namespace sectile
