// Transaction: one run of the steps, and taking them back. Knows neither lock nor journal.
//
// forward.cc does what the plan says, modes.cc the part of it that concerns MIG modes and resets,
// verify.cc compares the node with what was and what shall be, undo.cc takes back.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/apply/clock.h"
#include "sectile/base/result.h"
#include "sectile/device/node.h"
#include "src/apply/difference.h"

namespace sectile {

class Transaction {
 public:
  struct Manner {
    Purpose purpose = Purpose::kForward;
    bool takes_back = true;  // false: what was done stays if a step fails; the error is the step's.
  };

  // All must outlive it.
  Transaction(Node& node, const ChangePlan& plan, const ExecuteOptions& options, Manner manner);
  Transaction(Node& node, const ChangePlan& plan, const ExecuteOptions& options);

  // Once. As execute() promises.
  Result<Applied> run();

  // Whether run() failed only because a mode waits for a reset.
  bool waits() const { return waits_; }

 private:
  struct Done {
    const GpuChange* change = nullptr;
    Action action;
  };

  // forward.cc
  Status forward();
  Status take_steps(const GpuChange& change);
  Status take(const GpuChange& change, const Step& step);
  // Tells the observer before and after `work`, which is not done if before() fails.
  Status observed(const GpuChange& change, const Action& action,
                  const std::function<Status()>& work);
  // Tries until it succeeds, or `achieved` says that it has, or it is of no use.
  Status patiently(const GpuChange& change, const std::string& what,
                   const std::function<Status()>& attempt,
                   const std::function<bool(const LiveGpu&)>& achieved) const;
  void tell(const GpuChange& change, const std::string& what) const;

  // modes.cc
  Status switch_modes(bool enabled);
  Status switch_modes(bool enabled, bool slow);
  // Adds the change to `pending` if its mode waits for a reset that nobody asked for.
  Status switch_mode(const GpuChange& change, const Action& action,
                     std::vector<const GpuChange*>& pending);
  Status reset(const GpuChange& change, const Action& cause);
  Status reset_observed(const GpuChange& change, Action action);
  Status wait_for_reset();

  // verify.cc
  const LiveGpu& gpu(const GpuChange& change) const { return *before_.find(change.uuid); }
  const Model& model(const GpuChange& change) const { return before_.model_of(gpu(change)); }
  Expected old_state(const GpuChange& change) const;
  Expected new_state(const GpuChange& change) const;
  Status still_as_planned() const;
  Status verify(const Snapshot& after) const;
  std::string differences(const Snapshot& now,
                          Expected (Transaction::*state)(const GpuChange&) const) const;

  // undo.cc
  // The error to report after everything possible was done to get the old state back.
  Error roll_back(const Error& cause);
  // Undoes one action if it is not undone. Its own failures show in what is read afterwards.
  void undo(const Done& done);
  void undo_mode(const GpuChange& change);
  std::string way_back(const Error& cause) const;

  Node& node_;
  const ChangePlan& plan_;
  const ExecuteOptions& options_;
  Clock& clock_;
  Manner manner_;
  bool undoing_ = false;
  Snapshot before_;
  std::vector<Done> done_;                 // In order; also what failed and may have happened.
  std::vector<const GpuChange*> pending_;  // Whose mode needs a reset.
  // What the driver said when it was asked to activate a mode; by UUID.
  std::map<std::string, std::string> answers_;
  bool waits_ = false;  // It is all that is left to do.
  int steps_done_ = 0;
};

// A read that fails may succeed a moment later, and much hangs on it.
Result<Snapshot> read_patiently(const Node& node);

MigMode to_mode(bool enabled);

// "gpu 3".
std::string label(const GpuChange& change);

// The error with the GPU and what was being done in front.
std::unexpected<Error> failure(const GpuChange& change, const std::string& what,
                               const Error& error);

}  // namespace sectile
