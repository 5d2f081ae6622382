// What people should know before the MIG mode of a GPU changes.
#pragma once

#include <string>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/device/snapshot.h"
#include "src/cli/session.h"

namespace sectile::cli {

// A line for each GPU of the plan whose new mode takes a reset or a reboot, with the GPUs that a
// reset reaches over NVLink, and one for those that forget their mode. Asks the driver who is
// linked; a driver that does not answer is no reason to say less about the rest.
std::vector<std::string> mode_notes(const Session& session, const Snapshot& now,
                                    const ChangePlan& plan);

}  // namespace sectile::cli
