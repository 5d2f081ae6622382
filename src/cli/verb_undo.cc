// sectile undo: takes back the last change.
#include <fmt/format.h>

#include "sectile/apply/undo.h"
#include "sectile/text/json.h"
#include "src/cli/carry_out.h"
#include "src/cli/change_json.h"
#include "src/cli/change_text.h"
#include "src/cli/host.h"
#include "src/cli/live.h"
#include "src/cli/log_text.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

std::string what_is_undone(const ChangeRecord& record) {
  return fmt::format("this takes back change {} ({}, by {} at {}):\n", record.id,
                     command_text(record.author), author_text(record.author),
                     to_text(record.started));
}

Status ask(const Session& session, const Snapshot& now, const UndoPlan& undo) {
  if (session.arguments.has("yes")) {
    return {};
  }
  if (!session.terminal) {
    return fail(ErrorCode::kInvalidArgument,
                "undo asks before it changes GPUs, and there is no terminal to ask",
                "add --yes, or look first with --dry-run");
  }
  const bool yes =
      agrees(fmt::format("{}{}{}. Go on? [y/N] ", what_is_undone(undo.record),
                         change_text(now, undo.plan, false), change_summary(undo.plan)));
  return yes ? Status{} : fail(ErrorCode::kFailed, "not confirmed, and nothing was changed");
}

std::string answer(const Session& session, const Snapshot& now, const UndoPlan& undo, bool done) {
  if (session.arguments.text("output") == "json") {
    return diff_json(gpu_diffs(now, undo.plan));
  }
  if (done) {
    return session.quiet ? std::string()
                         : fmt::format("change {} is taken back, and read back: {}\n",
                                       undo.record.id, change_summary(undo.plan, true));
  }
  return what_is_undone(undo.record) + change_text(now, undo.plan, true) +
         change_summary(undo.plan) + ". Nothing was changed.\n";
}

}  // namespace

Result<int> verb_undo(Session& session) {
  const Result<Snapshot> now = read_node(session.arguments.text("nvml"), session.worker);
  if (!now) {
    return fail(now);
  }
  const Result<UndoPlan> undo = prepare_undo(*now, {}, session.arguments.has("force"));
  if (!undo) {
    return fail(undo);
  }
  const bool dry_run = session.arguments.has("dry-run");
  if (dry_run) {
    session.out = answer(session, *now, *undo, false);
  }
  if (!undo->plan.blocked.empty()) {
    const Holders holders = find_holders(*now, host_paths());
    return fail(ErrorCode::kBusy,
                "somebody uses what would be destroyed, and nothing was changed:\n" +
                    blocked_text(undo->plan, holders),
                "free them as these lines say, then undo again");
  }
  if (dry_run) {
    return 0;
  }
  if (const Status yes = ask(session, *now, *undo); !yes) {
    return fail(yes);
  }
  ChangeOptions options;
  options.kind = ChangeKind::kUndo;
  options.undoes = undo->record.id;
  const Result<Applied> applied = carry_out(session, undo->plan, std::move(options));
  if (!applied) {
    return fail(applied);
  }
  session.out = answer(session, *now, *undo, true);
  return 0;
}

}  // namespace sectile::cli
