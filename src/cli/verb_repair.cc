// sectile repair: finishes or takes back a change that was cut off.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "src/cli/carry_out.h"
#include "src/cli/change_text.h"
#include "src/cli/log_text.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

Result<RepairWish> wish_of(const Arguments& arguments) {
  RepairWish wish = RepairWish::kChoose;
  int wishes = 0;
  for (const auto& [name, one] :
       {std::pair("take-back", RepairWish::kTakeBack), std::pair("complete", RepairWish::kComplete),
        std::pair("accept", RepairWish::kAccept)}) {
    if (arguments.has(name)) {
      wish = one;
      wishes += 1;
    }
  }
  if (wishes > 1) {
    return fail(ErrorCode::kInvalidArgument,
                "--take-back, --complete and --accept exclude each other", "give one of them");
  }
  return wish;
}

std::string repair_json(const Repaired& repaired, bool looked) {
  nlohmann::ordered_json document = {{"schema", "sectile/repair/v1"}, {"found", repaired.found}};
  if (repaired.found) {
    document["change"] = repaired.record.id;
    document["done"] = !looked;
    document["end"] = name_of(repaired.plan.end);
    document["reason"] = repaired.plan.reason;
    document["steps"] = looked ? repaired.plan.plan.steps() : repaired.steps_done;
  }
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string repair_text(const Repaired& repaired, bool looked) {
  if (!repaired.found) {
    return "nothing to repair: every change is finished\n";
  }
  const ChangeRecord& record = repaired.record;
  return fmt::format("change {} ({}, by {} at {}) {} {}: {}\n", record.id,
                     command_text(record.author), author_text(record.author),
                     to_text(record.started), looked ? "would be" : "is",
                     end_text(repaired.plan.end), repaired.plan.reason);
}

// The plain choice harms nobody and is for machines too; what was asked for may destroy more.
Status ask(const Session& session, const Snapshot& now, const RepairPlan& plan) {
  if (session.arguments.has("yes")) {
    return {};
  }
  if (!session.terminal) {
    return fail(ErrorCode::kInvalidArgument,
                "repair asks before it does what it would not choose, and there is no terminal",
                "add --yes, or look first with --dry-run");
  }
  const bool yes = agrees(fmt::format("{}{}. Go on? [y/N] ", change_text(now, plan.plan, false),
                                      change_summary(plan.plan)));
  return yes ? Status{} : fail(ErrorCode::kFailed, "not confirmed, and nothing was changed");
}

}  // namespace

Result<int> verb_repair(Session& session) {
  const Result<RepairWish> wish = wish_of(session.arguments);
  if (!wish) {
    return fail(wish);
  }
  RepairOptions options;
  options.wish = *wish;
  options.only_look = session.arguments.has("dry-run");
  if (*wish != RepairWish::kChoose) {
    options.confirm = [&](const ChangeRecord&, const Snapshot& now, const RepairPlan& plan) {
      return ask(session, now, plan);
    };
  }
  const bool looked = options.only_look;
  const Result<Repaired> repaired = carry_out_repair(session, std::move(options));
  if (!repaired) {
    return fail(repaired);
  }
  session.out = session.arguments.text("output") == "json" ? repair_json(*repaired, looked)
                                                           : repair_text(*repaired, looked);
  return 0;
}

}  // namespace sectile::cli
