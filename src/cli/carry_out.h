// Making a change as verbs do: asked for, with progress, and taken back if somebody stops it.
#pragma once

#include <string>

#include "sectile/apply/change.h"
#include "sectile/apply/repair.h"
#include "src/cli/session.h"

namespace sectile::cli {

// Asks on the terminal; false for anything but yes.
bool agrees(const std::string& question);

// Makes the change with what the options of the verb say: --nvml, --reset. `options` says what kind
// of change it is, and what surrounds it if that is more than the usual; the rest is filled in.
Result<Applied> carry_out(Session& session, const ChangePlan& plan, ChangeOptions options = {});

// The same for repair().
Result<Repaired> carry_out_repair(Session& session, RepairOptions options);

}  // namespace sectile::cli
