// Journal: what was done to a node, by whom, and what of it is not finished.
//
// An entry is begun, with how the node was, before anything is touched; each action is entered
// before it is taken, together with the outcome of the one before it. An entry that was not
// finished belongs to a process that still runs, or was cut off: then `repair` decides (repair.h).
// At most one is unfinished. Each call is one transaction of the state file, and durable when it
// returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/apply/clock.h"
#include "sectile/apply/image.h"
#include "sectile/apply/state_file.h"

namespace sectile {

enum class ChangeKind : std::uint8_t { kApply, kUndo, kRestore };

enum class ChangeState : std::uint8_t {
  kOpen,         // Being made, or cut off.
  kDone,         // As it was asked for.
  kFailed,       // Refused or failed before anything had changed.
  kRolledBack,   // Failed; the old layout is back.
  kNotRestored,  // Failed, and so did taking it back: a mixture. Not finished.
  kPending,      // What is left to do is a reset or a reboot.
  kTakenBack,    // Was cut off; repair brought the old layout back.
  kCompleted,    // Was cut off; repair brought the new layout.
  kRestarted,    // Was cut off by a restart of the machine, which takes all instances away.
  kAccepted,     // Was cut off; somebody said that the node is right as it is.
};

std::string_view name_of(ChangeKind kind);    // "apply"
std::string_view name_of(ChangeState state);  // "rolled-back"

// Who makes a change.
struct Author {
  unsigned uid = 0;
  std::string user;       // "" if the system does not know the uid.
  std::string sudo_user;  // Who called sudo, if anybody did.
  std::uint32_t pid = 0;
  std::uint64_t process_start = 0;  // Ticks since boot, so that a pid that is used again is told.
  std::string command;              // Command line.
  std::string boot;                 // The kernel's boot id.

  friend bool operator==(const Author&, const Author&) = default;
};

Author this_process();
// Whether the process that wrote this is still there.
bool is_running(const Author& author);

struct ChangeRecord {
  std::int64_t id = 0;
  ChangeKind kind = ChangeKind::kApply;
  std::optional<std::int64_t> undoes;  // The change that this one takes back.
  ChangeState state = ChangeState::kOpen;
  Author author;
  Time started;
  std::optional<Time> finished;
  std::string message;             // Why it failed, or how it was repaired.
  NodeImage before;                // The GPUs concerned, as they were.
  NodeImage target;                // As they were asked for.
  std::optional<NodeImage> after;  // Read back; absent if it did not succeed.

  bool finished_well() const;  // The node was changed, and is as `target` says.
};

struct StepRecord {
  int number = 0;
  Purpose purpose = Purpose::kForward;
  std::string gpu;   // UUID.
  std::string kind;  // "create-instance", "mode-on", "reset" ...
  std::string what;  // "create 3g.40gb@4"
  Time intended;
  std::optional<Time> ended;           // Absent: whether it happened is not known.
  std::optional<std::string> failure;  // Absent if it succeeded, or did not end.
};

class Journal {
 public:
  // Both must outlive it.
  Journal(StateFile& state, Clock& clock) : state_(state), clock_(clock) {}

  struct Entry {
    ChangeKind kind = ChangeKind::kApply;
    std::optional<std::int64_t> undoes;
    Author author;
    NodeImage before;
    NodeImage target;
    // Every action that is planned, in order; of each, the GPU and the action.
    std::vector<std::pair<std::string, Action>> planned;
  };
  // The number of the new entry. Keeps the youngest thousand that are finished.
  Result<std::int64_t> begin(const Entry& entry);
  // Enters an action that is about to be taken.
  Status intend(std::int64_t change, const std::string& gpu, const Action& action);
  // How the action that was entered last ended. Written with the next call of this object, since
  // each write waits for the disk: who reads the journal after a crash looks at the node anyway.
  void ended(const Status& outcome);
  Status finish(std::int64_t change, ChangeState state, const std::string& message,
                const std::optional<NodeImage>& after);

  // Fails with kFailed if what is written there is not what a journal holds.
  Result<std::optional<ChangeRecord>> unfinished() const;
  Result<std::optional<ChangeRecord>> find(std::int64_t change) const;
  Result<std::vector<ChangeRecord>> latest(int count) const;  // Youngest first.
  Result<std::vector<StepRecord>> steps(std::int64_t change) const;
  Result<std::vector<StepRecord>> planned(std::int64_t change) const;  // Times mean nothing.

 private:
  struct Outcome {
    std::int64_t change = 0;
    int step = 0;
    Time ended;
    std::optional<std::string> failure;
  };
  Status write_outcome();

  StateFile& state_;
  Clock& clock_;
  std::optional<Outcome> step_;   // That was entered last, and not ended.
  std::optional<Outcome> ended_;  // What is to be written.
};

}  // namespace sectile
