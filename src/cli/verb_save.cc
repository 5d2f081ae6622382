// sectile save: keeps the layout of this machine, or that of a configuration, for the next boot.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "sectile/apply/clock.h"
#include "sectile/apply/mig_manager.h"
#include "sectile/apply/saved_layout.h"
#include "sectile/apply/state_file.h"
#include "src/cli/host.h"
#include "src/cli/live.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

// What to save, and how many GPUs it is for.
struct Saved {
  std::string document;
  std::size_t gpus = 0;
};

Status check_options(const Arguments& arguments) {
  const bool file = arguments.has("config-file") || arguments.has("selected-config");
  int sources = 0;
  for (const bool one :
       {file, arguments.has("from-mig-manager"), arguments.has("show"), arguments.has("forget")}) {
    sources += one ? 1 : 0;
  }
  if (sources > 1) {
    return fail(ErrorCode::kInvalidArgument,
                "-f, --from-mig-manager, --show and --forget exclude each other",
                "give one of them");
  }
  return {};
}

// What nvidia-mig-manager was told to do.
Result<Request> manager_request() {
  const Result<MigManager> manager = find_mig_manager(host_paths());
  if (!manager) {
    return fail(manager);
  }
  if (manager->selected.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "nvidia-mig-manager was told nothing: no drop-in of its unit sets "
                "MIG_PARTED_SELECTED_CONFIG",
                "say it yourself: sectile save -f " + manager->config_file + " -c LABEL");
  }
  const Result<std::string> text = read_input(manager->config_file);
  if (!text) {
    return fail(text);
  }
  Result<Config> config = load_config(*text, manager->config_file);
  if (!config) {
    return fail(config);
  }
  const Result<std::string> label = select_label(*config, manager->selected);
  if (!label) {
    return fail(label);
  }
  return Request{.config = std::move(*config), .label = *label, .layout = {}};
}

Saved saved(const Snapshot& now, const ChangePlan& plan) {
  const auto gpus = std::ranges::count_if(now.gpus, &LiveGpu::capable);
  return {.document = write_saved_layout(now, plan, to_text(system_clock().now())),
          .gpus = static_cast<std::size_t>(gpus)};
}

Result<Saved> from_request(const Session& session, const Result<Request>& request) {
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
  return saved(*prepared->now, prepared->plan);
}

Result<Saved> what_to_save(const Session& session) {
  if (session.arguments.has("from-mig-manager")) {
    return from_request(session, manager_request());
  }
  if (session.arguments.has("config-file")) {
    return from_request(session, read_file_request(session.arguments));
  }
  const Result<Snapshot> now = read_node(session.arguments.text("nvml"), session.worker);
  if (!now) {
    return fail(now);
  }
  for (const std::string& warning : now->warnings) {
    session.say("note: " + warning);
  }
  return saved(*now, {});
}

// What is missing before the layout comes back by itself.
void say_what_else(const Session& session) {
  const HostPaths paths = host_paths();
  std::error_code error;
  const std::string link =
      paths.etc + "/systemd/system/multi-user.target.wants/sectile-restore.service";
  if (!std::filesystem::exists(std::filesystem::symlink_status(link, error))) {
    session.say(
        "note: it is restored at boot once that is enabled: systemctl enable "
        "sectile-restore.service");
  }
  const Result<MigManager> manager = find_mig_manager(paths);
  if (!manager) {
    session.say("note: " + manager.error().message);
    return;
  }
  if (manager->active()) {
    session.say(
        "note: nvidia-mig-manager.service is enabled too, and restore refuses to work "
        "beside it: systemctl disable --now nvidia-mig-manager.service");
  }
  if (session.arguments.has("from-mig-manager") && !manager->hooks_file.empty()) {
    session.say(
        fmt::format("note: its hooks, {}, are not run at boot, where nothing that they stop "
                    "has started yet; apply runs them with -k",
                    manager->hooks_file));
  }
}

Result<int> show(Session& session) {
  const Result<std::optional<StateFile>> state = StateFile::open_to_read();
  if (!state) {
    return fail(state);
  }
  const std::optional<StateFile>& file = *state;
  const Result<std::optional<std::string>> document =
      file ? file->get(kSavedLayout) : std::optional<std::string>();
  if (!document) {
    return fail(document);
  }
  const std::optional<std::string>& text = *document;
  if (!text) {
    session.say("nothing is saved");
    return 0;
  }
  session.out = *text;
  return 0;
}

Result<int> forget(Session& session) {
  Result<StateFile> state = StateFile::open();
  if (!state) {
    return fail(state);
  }
  if (const Status erased = state->erase(kSavedLayout); !erased) {
    return fail(erased);
  }
  session.say("nothing is saved any more");
  return 0;
}

}  // namespace

Result<int> verb_save(Session& session) {
  if (const Status options = check_options(session.arguments); !options) {
    return fail(options);
  }
  if (session.arguments.has("show")) {
    return show(session);
  }
  if (session.arguments.has("forget")) {
    return forget(session);
  }
  const Result<Saved> saved = what_to_save(session);
  if (!saved) {
    return fail(saved);
  }
  if (saved->gpus == 0) {
    return fail(ErrorCode::kUnavailable, "no GPU of this machine is capable of MIG");
  }
  Result<StateFile> state = StateFile::open();
  if (!state) {
    return fail(state);
  }
  if (const Status put = state->put(kSavedLayout, saved->document); !put) {
    return fail(put);
  }
  if (!session.quiet) {
    session.out =
        fmt::format("saved the layout of {} {}\n", saved->gpus, saved->gpus == 1 ? "GPU" : "GPUs");
  }
  say_what_else(session);
  return 0;
}

}  // namespace sectile::cli
