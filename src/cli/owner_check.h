// Whether somebody else decides about the layouts of this machine.
#pragma once

#include "sectile/base/result.h"
#include "src/cli/session.h"

namespace sectile::cli {

// Fails with kBusy, with the reason and what to do instead, where another program sets layouts at
// any time: two that do would undo each other's work. --take-over allows it. One that does so when
// the machine starts, and no more, is only told of.
Status check_owner(const Session& session);

}  // namespace sectile::cli
