// sectile restore: brings the saved layout back, at boot or by hand.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sectile/apply/cdi_files.h"
#include "sectile/apply/clock.h"
#include "sectile/apply/holders.h"
#include "sectile/apply/mig_devices.h"
#include "sectile/apply/mig_manager.h"
#include "sectile/apply/saved_layout.h"
#include "sectile/apply/state_file.h"
#include "src/cli/carry_out.h"
#include "src/cli/change_text.h"
#include "src/cli/duration.h"
#include "src/cli/host.h"
#include "src/cli/live.h"
#include "src/cli/surround.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

using std::chrono::seconds;

// The saved layout beside the machine as it is.
struct Restoration {
  Snapshot now;
  Holders holders;
  std::vector<std::string> missing;
  ChangePlan plan;
};

Status check_manager() {
  const Result<MigManager> manager = find_mig_manager(host_paths());
  if (!manager) {
    return fail(manager);
  }
  if (!manager->active()) {
    return {};
  }
  return fail(ErrorCode::kFailed,
              fmt::format("nvidia-mig-manager.service {}, and two that set layouts at boot would "
                          "undo each other; nothing was changed",
                          manager->running ? "is at work" : "is enabled"),
              "sectile save --from-mig-manager takes over what it does; then: systemctl disable "
              "--now nvidia-mig-manager.service");
}

Result<std::optional<std::string>> saved_document() {
  const Result<std::optional<StateFile>> state = StateFile::open_to_read();
  if (!state) {
    return fail(state);
  }
  const std::optional<StateFile>& file = *state;
  return file ? file->get(kSavedLayout) : std::optional<std::string>();
}

// What is not there yet and may still come, to be told; empty: nothing.
std::string awaited(const Result<Snapshot>& now, const std::string& document) {
  if (!now) {
    return now.error().code == ErrorCode::kUnavailable
               ? "waiting for the driver: " + now.error().message
               : "";
  }
  const Result<SavedTargets> saved = saved_targets(document, *now);
  return saved && !saved->missing.empty()
             ? fmt::format("waiting for {} of the saved GPUs", saved->missing.size())
             : "";
}

// Reads the machine until all GPUs that were saved are there, or the time is over: then a machine
// without some of them is given back, and the error of one without a driver.
Result<Snapshot> wait_for_gpus(const Session& session, const std::string& document, seconds time) {
  Clock& clock = system_clock();
  const auto deadline = clock.now() + time;
  for (bool told = false;; told = true) {
    Result<Snapshot> now = read_node(session.arguments.text("nvml"), session.worker);
    const std::string missing = awaited(now, document);
    if (missing.empty() || clock.now() >= deadline) {
      return now;
    }
    if (!told) {
      session.say(missing);
    }
    clock.sleep(seconds(1));
  }
}

Result<Restoration> plan_restoration(const Session& session, const std::string& document,
                                     seconds time) {
  Result<Snapshot> now = wait_for_gpus(session, document, time);
  if (!now) {
    return fail(now);
  }
  Restoration restoration;
  restoration.now = *std::move(now);
  restoration.holders = find_holders(restoration.now, host_paths());
  add_holders(restoration.now, restoration.holders);
  const Result<SavedTargets> saved = saved_targets(document, restoration.now);
  if (!saved) {
    return fail(saved);
  }
  restoration.missing = saved->missing;
  Result<ChangePlan> plan = prepare(restoration.now, saved->targets);
  if (!plan) {
    return fail(plan);
  }
  restoration.plan = *std::move(plan);
  return restoration;
}

Status ask(const Session& session, const Restoration& restoration) {
  if (session.arguments.has("yes")) {
    return {};
  }
  if (!session.terminal) {
    return fail(ErrorCode::kInvalidArgument,
                "restore asks before it changes GPUs, and there is no terminal to ask",
                "add --yes, or look first with --dry-run");
  }
  const bool yes = agrees(fmt::format("{}{}. Go on? [y/N] ",
                                      change_text(restoration.now, restoration.plan, false),
                                      change_summary(restoration.plan)));
  return yes ? Status{} : fail(ErrorCode::kFailed, "not confirmed, and nothing was changed");
}

std::unexpected<Error> busy(const Restoration& restoration) {
  return fail(ErrorCode::kBusy,
              "somebody uses what would be destroyed, and nothing was changed:\n" +
                  blocked_text(restoration.plan, restoration.holders),
              "free them as these lines say, and restore again");
}

// After a restart the layout may be there already, made by somebody else, and the names of its
// devices not be written down.
Status write_names(const Session& session, const Snapshot& now) {
  Result<StateFile> state = StateFile::open();
  if (!state) {
    return fail(state);
  }
  const Result<std::string> cdi = refresh_cdi(now, host_paths(), session.arguments.has("cdi"));
  session.say(cdi ? *cdi : "warning: " + cdi.error().message);
  return write_uuids(state->directory(), now, now, to_text(system_clock().now()));
}

Status carry_out(Session& session, const Restoration& restoration) {
  if (restoration.plan.empty()) {
    session.say("nothing differs from what is saved, and nothing was changed");
    return write_names(session, restoration.now);
  }
  if (!restoration.plan.blocked.empty()) {
    return busy(restoration);
  }
  if (Status yes = ask(session, restoration); !yes) {
    return yes;
  }
  Result<Surround> surround = Surround::read(session, "saved");
  if (!surround) {
    return fail(surround);
  }
  ChangeOptions options;
  options.kind = ChangeKind::kRestore;
  options.companions = surround->companions();
  const Result<Applied> applied = cli::carry_out(session, restoration.plan, std::move(options));
  if (!applied) {
    return fail(applied);
  }
  if (!session.quiet) {
    session.out =
        fmt::format("restored, and read back: {}\n", change_summary(restoration.plan, true));
  }
  return {};
}

Result<int> dry_run(Session& session, const Restoration& restoration) {
  session.out = change_text(restoration.now, restoration.plan, true) +
                change_summary(restoration.plan) + ". Nothing was changed.\n";
  return restoration.plan.blocked.empty() ? Result<int>(0) : Result<int>(busy(restoration));
}

}  // namespace

Result<int> verb_restore(Session& session) {
  const Result<seconds> time = parse_duration(session.arguments.text("timeout", "0s"), "timeout");
  if (!time) {
    return fail(time);
  }
  if (const Status alone = check_manager(); !alone) {
    return fail(alone);
  }
  const Result<std::optional<std::string>> document = saved_document();
  if (!document) {
    return fail(document);
  }
  const std::optional<std::string>& text = *document;
  if (!text) {
    session.say("nothing is saved, and nothing was changed: sectile save");
    return 0;
  }
  const Result<Restoration> restoration = plan_restoration(session, *text, *time);
  if (!restoration) {
    return fail(restoration);
  }
  if (session.arguments.has("dry-run")) {
    return dry_run(session, *restoration);
  }
  if (const Status done = carry_out(session, *restoration); !done) {
    return fail(done);
  }
  if (!restoration->missing.empty()) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("the other GPUs are as saved, but these are not there: {}",
                            fmt::join(restoration->missing, ", ")),
                "if they are gone for good, save the layout of those that are left: sectile save");
  }
  return 0;
}

}  // namespace sectile::cli
