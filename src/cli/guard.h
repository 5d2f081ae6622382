// Guard: runs verbs that talk to the driver in a process that can be given up (apply/worker.h), and
// tells people what happens meanwhile.
#pragma once

#include "sectile/apply/apply.h"
#include "sectile/base/result.h"
#include "src/cli/session.h"

namespace sectile::cli {

using VerbFunction = Result<int> (*)(Session&);

// How `sectile repair` is run for a change that was cut short; it answers as JSON.
struct Repairer {
  VerbFunction function = nullptr;
  Arguments arguments;
};

// Runs `verb` in a worker, where session.worker is set: what it writes appears as it comes, and
// what it returns is returned. While one call into the driver takes long, that is said. A call that
// takes longer than --driver-timeout, or crashes, ends the worker: kUnavailable if nothing was
// being changed. If something was, `repair` runs in a worker of its own: kRolledBack if it took the
// change back, success if it completed it, kNotRestored if neither. An interruption (SIGINT,
// SIGTERM, SIGHUP) ends a worker that changes nothing, and this process with it; a change takes
// itself back first.
Result<int> guarded(Session& session, VerbFunction verb, const Repairer& repair);

// Stands around the part of a verb that changes the node.
class Changing {
 public:
  explicit Changing(const Session& session);
  Changing(const Changing&) = delete;
  Changing& operator=(const Changing&) = delete;
  Changing(Changing&&) = delete;
  Changing& operator=(Changing&&) = delete;
  ~Changing();

 private:
  WorkerSide* worker_;
};

// Fails the next step forward once somebody asked to stop, so that what was done is taken back.
class StopObserver : public StepObserver {
 public:
  explicit StopObserver(const Session& session) : worker_(session.worker) {}

  Status before(const GpuChange& change, const Action& action) override;
  Status after(const GpuChange& change, const Action& action, const Status& outcome) override;

 private:
  const WorkerSide* worker_;
  bool told_ = false;
};

}  // namespace sectile::cli
