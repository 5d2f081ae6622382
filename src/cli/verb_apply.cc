// sectile apply: changes this machine to a configuration.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sectile/device/node.h"
#include "sectile/text/json.h"
#include "src/cli/carry_out.h"
#include "src/cli/change_json.h"
#include "src/cli/change_text.h"
#include "src/cli/duration.h"
#include "src/cli/exit_status.h"
#include "src/cli/live.h"
#include "src/cli/make_way.h"
#include "src/cli/mode_notes.h"
#include "src/cli/owner_check.h"
#include "src/cli/surround.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

Status check_options(const Arguments& arguments) {
  if (arguments.has("reset") && arguments.has("skip-reset")) {
    return fail(ErrorCode::kInvalidArgument, "--reset and --skip-reset exclude each other",
                "give one of them");
  }
  return {};
}

Error busy(const Prepared& prepared, const Patience& patience) {
  return {ErrorCode::kBusy,
          fmt::format("{} in use{}, and nothing was changed:\n{}",
                      prepared.plan.blocked.size() == 1 ? "an instance that would be destroyed is"
                                                        : "instances that would be destroyed are",
                      patience.wait ? " after " + duration_text(*patience.wait) : "",
                      blocked_text(prepared.plan, prepared.holders)),
          "free them as these lines say, wait for them with --wait 30m, or end them with --evict"};
}

// One line from the terminal; false for anything but yes.
bool confirmed(const Prepared& prepared, const std::vector<Victim>& victims) {
  const std::string question =
      fmt::format("{}{}{}. Go on? [y/N] ", change_text(*prepared.now, prepared.plan, false),
                  victims_text(victims), change_summary(prepared.plan));
  return agrees(question);
}

// `victims`: who ends if the answer is yes.
Status ask(const Session& session, const Prepared& prepared, const std::vector<Victim>& victims) {
  if (session.arguments.has("yes")) {
    return {};
  }
  // With -f - standard input is the file, so nobody can answer there.
  if (!session.terminal || session.arguments.text("config-file") == "-") {
    return fail(ErrorCode::kInvalidArgument,
                "apply asks before it changes GPUs, and there is no terminal to ask",
                "add --yes, or look first with --dry-run");
  }
  if (!confirmed(prepared, victims)) {
    return fail(ErrorCode::kFailed, "not confirmed, and nothing was changed");
  }
  return {};
}

std::string change_out(const Session& session, const Snapshot& now, const ChangePlan& plan,
                       bool steps) {
  return session.arguments.text("output") == "json" ? diff_json(gpu_diffs(now, plan))
                                                    : change_text(now, plan, steps);
}

Result<int> dry_run(Session& session, const Prepared& prepared, const Patience& patience,
                    const Surround& surround) {
  session.out = change_out(session, *prepared.now, prepared.plan, true);
  if (session.arguments.text("output", "text") == "text") {
    session.out += change_summary(prepared.plan) + ". Nothing was changed.\n";
  }
  if (!prepared.plan.empty()) {
    for (const std::string& note : surround.service_notes(prepared.plan)) {
      session.say("note: " + note);
    }
  }
  if (prepared.plan.blocked.empty()) {
    return 0;
  }
  if (patience.evict) {
    const Result<EvictionPlan> eviction = eviction_of(prepared);
    if (eviction) {
      session.say("this would end:\n" + victims_text(eviction->victims));
    }
    return eviction ? Result<int>(0) : fail(eviction);
  }
  return fail(ErrorCode::kBusy,
              "this would be refused, because somebody uses what would be destroyed:\n" +
                  blocked_text(prepared.plan, prepared.holders),
              "free them as these lines say, wait for them with --wait 30m, or end them with "
              "--evict");
}

// Whether everything that is missing is a mode that waits for a reset, as --skip-reset allows.
bool only_pending(const Session& session, const ChangePlan& plan) {
  const Result<Snapshot> now = read_node(session.arguments.text("nvml"), session.worker);
  return now && std::ranges::all_of(plan.changes, [&](const GpuChange& change) {
           const LiveGpu* gpu = now->find(change.uuid);
           const MigMode wanted =
               change.set_mode.value_or(false) ? MigMode::kEnabled : MigMode::kDisabled;
           return !change.set_mode || (gpu != nullptr && gpu->pending == wanted);
         });
}

Result<int> make_change(Session& session, const Prepared& prepared, Surround& surround) {
  ChangeOptions options;
  options.companions = surround.companions();
  const Result<Applied> applied = carry_out(session, prepared.plan, std::move(options));
  if (!applied) {
    if (applied.error().code == ErrorCode::kUnavailable && session.arguments.has("skip-reset") &&
        only_pending(session, prepared.plan)) {
      session.say("note: " + applied.error().message);
      return 0;
    }
    return std::unexpected(with_suspects(applied.error(), prepared));
  }
  if (session.arguments.text("output") == "json") {
    session.out = diff_json(gpu_diffs(*prepared.now, prepared.plan));
  } else if (!session.quiet) {
    session.out = fmt::format("done, and read back: {}\n", change_summary(prepared.plan, true));
  }
  return 0;
}

// Those who have to end for the change, if anybody may be ended.
Result<std::vector<Victim>> victims_of(const Prepared& prepared, const Patience& patience) {
  if (prepared.plan.blocked.empty() || !patience.evict) {
    return std::vector<Victim>();
  }
  Result<EvictionPlan> eviction = eviction_of(prepared);
  if (!eviction) {
    return fail(eviction);
  }
  return std::move(eviction->victims);
}

// Waits for those in the way, or ends `victims`, as the options say.
Result<Prepared> free_up(Session& session, const Request& request, Prepared prepared,
                         const Patience& patience, const std::vector<Victim>& victims) {
  if (!prepared.plan.blocked.empty() && patience.wait) {
    Result<Prepared> waited =
        wait_for_holders(session, request, std::move(prepared), *patience.wait);
    if (!waited) {
      return waited;
    }
    prepared = *std::move(waited);
  }
  if (!prepared.plan.blocked.empty() && patience.evict) {
    return evict_holders(session, request, prepared, victims, patience.grace);
  }
  return prepared;
}

// Asks, sees to it that nobody is in the way, and then does it.
Result<int> make_way(Session& session, const Request& request, Prepared prepared,
                     const Patience& patience, Surround& surround) {
  const bool by_services = surround.frees(prepared.plan, prepared.holders);
  if (!prepared.plan.blocked.empty() && !patience.wait && !patience.evict && !by_services) {
    return std::unexpected(busy(prepared, patience));
  }
  const Result<std::vector<Victim>> victims =
      by_services ? std::vector<Victim>() : victims_of(prepared, patience);
  if (!victims) {
    return fail(victims);
  }
  if (const Status yes = ask(session, prepared, *victims); !yes) {
    return fail(yes);
  }
  const std::string agreed = change_text(*prepared.now, prepared.plan, true);
  const Result<Prepared> freed =
      by_services ? Result<Prepared>(std::move(prepared))
                  : free_up(session, request, std::move(prepared), patience, *victims);
  if (!freed) {
    return fail(freed);
  }
  if (!freed->plan.blocked.empty() && !surround.frees(freed->plan, freed->holders)) {
    return std::unexpected(busy(*freed, patience));
  }
  // What was agreed to may not be what there is to do by now.
  const bool changed = change_text(*freed->now, freed->plan, true) != agreed;
  if (const Status yes = changed ? ask(session, *freed, {}) : Status(); !yes) {
    return fail(yes);
  }
  return make_change(session, *freed, surround);
}

Result<int> nothing_to_do(Session& session, const Prepared& prepared, const Surround& surround) {
  if (const Status framed = surround.frame_nothing(); !framed) {
    return fail(framed);
  }
  session.out = change_out(session, *prepared.now, prepared.plan, false);
  session.say("nothing differs, and nothing was changed");
  return 0;
}

}  // namespace

Result<int> verb_apply(Session& session) {
  if (const Status options = check_options(session.arguments); !options) {
    return fail(options);
  }
  const Result<Patience> patience = read_patience(session.arguments);
  if (!patience) {
    return fail(patience);
  }
  const Result<Request> request = read_request(session.arguments);
  if (!request) {
    return fail(request);
  }
  Result<Prepared> prepared = prepare_change(*request, session.arguments, session.worker);
  if (!prepared) {
    return fail(prepared);
  }
  for (const std::string& note : prepared->wish.notes) {
    session.say("note: " + note);
  }
  for (const std::string& note : mode_notes(session, *prepared->now, prepared->plan)) {
    session.say("note: " + note);
  }
  Result<Surround> surround = Surround::read(session, request->label);
  if (!surround) {
    return fail(surround);
  }
  if (session.arguments.has("dry-run")) {
    return dry_run(session, *prepared, *patience, *surround);
  }
  if (prepared->plan.empty()) {
    return nothing_to_do(session, *prepared, *surround);
  }
  if (const Status free = check_owner(session); !free) {
    return fail(free);
  }
  return make_way(session, *request, *std::move(prepared), *patience, *surround);
}

}  // namespace sectile::cli
