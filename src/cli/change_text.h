// A change of the node in words: what stays, what goes, what comes, and who is in the way.
#pragma once

#include <string>

#include "sectile/apply/apply.h"
#include "sectile/apply/holders.h"
#include "sectile/device/snapshot.h"

namespace sectile::cli {

// Each GPU with a line per mode, kept, destroyed and created; GPUs that stay the same in one line.
// `steps`: with the steps in order.
std::string change_text(const Snapshot& now, const ChangePlan& plan, bool steps);

// "2 of 8 GPUs differ: 3 instances kept, 1 destroyed, 4 created", or "nothing differs". With
// `done`, "changed" and "nothing changed".
std::string change_summary(const ChangePlan& plan, bool done = false);

// Who holds what would be destroyed: each process with where it comes from and the way to free what
// it holds. Without a line break at the end; empty if nobody does.
std::string blocked_text(const ChangePlan& plan, const Holders& holders);

// "pid 41  alice  python train.py  (Slurm job 7)", and the way to free it on a line of its own.
std::string holder_line(const Holder& holder);

// "create 3g.40gb@4", "create 2c.3g.40gb in 3g.40gb@4".
std::string step_text(const Model& model, const Step& step);

}  // namespace sectile::cli
