// sectile assert: checks that this machine has a configuration, for scripts.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "src/cli/change_text.h"
#include "src/cli/exit_status.h"
#include "src/cli/live.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

std::string verdict(const Prepared& prepared) {
  if (!prepared.plan.empty()) {
    return change_summary(prepared.plan);
  }
  return prepared.wish.unmatched.empty() ? std::string("same")
                                         : fmt::format("nothing in the configuration is for gpu {}",
                                                       fmt::join(prepared.wish.unmatched, ", "));
}

}  // namespace

Result<int> verb_assert(Session& session) {
  const Result<Request> request = read_file_request(session.arguments);
  if (!request) {
    return fail(request);
  }
  if (session.arguments.has("valid-config")) {
    session.say("the configuration is well-formed");
    return kExitSame;
  }
  const Result<Prepared> prepared = prepare_change(*request, session.arguments, session.worker);
  if (!prepared) {
    return fail(prepared);
  }
  if (!session.quiet) {
    session.out = verdict(*prepared) + '\n';
  }
  // A GPU that no entry selects is a difference, as it is to nvidia-mig-parted.
  const bool same = prepared->plan.empty() && prepared->wish.unmatched.empty();
  return same ? kExitSame : kExitDiffers;
}

}  // namespace sectile::cli
