// The verbs: each one is a function in a file of its own, verb_NAME.cc.
//
// Each returns the exit status of success (0, or 1 for "differs") or the error that run() prints.
#pragma once

#include "sectile/base/result.h"
#include "src/cli/session.h"

namespace sectile::cli {

Result<int> verb_plan(Session& session);
Result<int> verb_advise(Session& session);
Result<int> verb_gpus(Session& session);
Result<int> verb_profiles(Session& session);
Result<int> verb_show(Session& session);
Result<int> verb_who(Session& session);
Result<int> verb_doctor(Session& session);
Result<int> verb_diff(Session& session);
Result<int> verb_apply(Session& session);
Result<int> verb_log(Session& session);
Result<int> verb_undo(Session& session);
Result<int> verb_repair(Session& session);
Result<int> verb_assert(Session& session);
Result<int> verb_save(Session& session);
Result<int> verb_restore(Session& session);
Result<int> verb_export(Session& session);
Result<int> verb_lint(Session& session);
Result<int> verb_fleet(Session& session);
Result<int> verb_emulate(Session& session);
Result<int> verb_simulate(Session& session);
Result<int> verb_internal(Session& session);

}  // namespace sectile::cli
