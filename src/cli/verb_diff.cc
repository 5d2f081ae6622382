// sectile diff: compares this machine with a configuration.
#include <fmt/format.h>

#include <vector>

#include "sectile/text/json.h"
#include "src/cli/change_json.h"
#include "src/cli/change_text.h"
#include "src/cli/exit_status.h"
#include "src/cli/live.h"
#include "src/cli/verbs.h"

namespace sectile::cli {

Result<int> verb_diff(Session& session) {
  const Result<Request> request = read_file_request(session.arguments);
  if (!request) {
    return fail(request);
  }
  const Result<Prepared> prepared = prepare_change(*request, session.arguments, session.worker);
  if (!prepared) {
    return fail(prepared);
  }
  for (const std::string& note : prepared->wish.notes) {
    session.say("note: " + note);
  }
  if (session.arguments.text("output") == "json") {
    session.out = diff_json(gpu_diffs(*prepared->now, prepared->plan));
  } else {
    session.out = change_text(*prepared->now, prepared->plan, false);
    if (const std::string blocked = blocked_text(prepared->plan, prepared->holders);
        !blocked.empty()) {
      session.out += "In use:\n" + blocked + '\n';
    }
    session.out += change_summary(prepared->plan) + '\n';
  }
  return prepared->plan.empty() ? kExitSame : kExitDiffers;
}

}  // namespace sectile::cli
