#include "src/cli/owner_check.h"

#include "sectile/apply/doctor.h"
#include "src/cli/host.h"

namespace sectile::cli {

Status check_owner(const Session& session) {
  for (const Owner& owner : owners(host_paths())) {
    const std::string message = owner.name + " sets the layouts of this machine: " + owner.reason;
    if (owner.only_boot) {
      session.say("note: " + message + "; to be rid of it: " + owner.way);
    } else if (session.arguments.has("take-over")) {
      session.say("note: " + message + "; this is changed all the same");
    } else {
      return fail(ErrorCode::kBusy, message + ", and nothing was changed",
                  owner.way + "; or change it all the same with --take-over");
    }
  }
  return {};
}

}  // namespace sectile::cli
