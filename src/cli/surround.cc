#include "src/cli/surround.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/cli/host.h"

namespace sectile::cli {
namespace {

bool has(const Arguments& arguments, std::string_view name) {
  return arguments.offers(name) && arguments.has(name);
}

std::string text(const Arguments& arguments, std::string_view name) {
  return arguments.offers(name) ? arguments.text(name) : "";
}

Say say_to(const Session& session) {
  return [&session](const std::string& line) { session.say(line); };
}

std::string word(bool flag) {
  return flag ? "true" : "false";
}

// What nvidia-mig-parted would tell hooks about its own options.
std::map<std::string, std::string> mig_parted_variables(const Arguments& arguments,
                                                        const std::string& label) {
  return {{"MIG_PARTED_CONFIG_FILE", text(arguments, "config-file")},
          {"MIG_PARTED_SELECTED_CONFIG", label},
          {"MIG_PARTED_HOOKS_FILE", text(arguments, "hooks-file")},
          {"MIG_PARTED_SKIP_RESET", word(has(arguments, "skip-reset"))},
          {"MIG_PARTED_MODE_CHANGE_ONLY", word(has(arguments, "mode-only"))}};
}

Result<HooksConfig> read_hooks(const Arguments& arguments) {
  const std::string file = text(arguments, "hooks-file");
  if (file.empty()) {
    return HooksConfig{};
  }
  if (file == "-" && text(arguments, "config-file") == "-") {
    return fail(ErrorCode::kInvalidArgument,
                "standard input cannot be both the configuration and the hooks",
                "give the path of one of them");
  }
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  return parse_hooks(*text, input_name(file));
}

std::string why_of(const std::string& unit) {
  const auto services = client_services();
  const auto found = std::ranges::find(services, unit, &ClientService::unit);
  return found == services.end() ? "" : fmt::format(" ({})", found->why);
}

std::string active_text(const std::vector<UnitState>& states, bool with_reasons) {
  std::string text;
  for (const UnitState& state : states) {
    if (state.active) {
      text += fmt::format("{}{}{}", text.empty() ? "" : ", ", state.id,
                          with_reasons ? why_of(state.id) : "");
    }
  }
  return text;
}

}  // namespace

Surround::Surround(HookSettings hooks, ServiceSettings services, NameSettings names)
    : hook_settings_(hooks),
      service_settings_(services),
      hooks_(std::move(hooks)),
      services_(std::move(services)),
      names_(std::move(names)) {}

Surround::Surround(const Session& session)
    : Surround(
          HookSettings{.hooks = {}, .variables = {}, .say = say_to(session)},
          ServiceSettings{.catalogue = false, .asked = {}, .systemctl = {}, .say = say_to(session)},
          NameSettings{.paths = host_paths(), .cdi = false, .say = say_to(session)}) {}

Result<Surround> Surround::read(const Session& session, const std::string& label) {
  const Arguments& arguments = session.arguments;
  Result<HooksConfig> hooks = read_hooks(arguments);
  if (!hooks) {
    return fail(hooks);
  }
  const Say say = say_to(session);
  HookSettings hook_settings{.hooks = *std::move(hooks),
                             .variables = mig_parted_variables(arguments, label),
                             .show_output = has(arguments, "hooks-output"),
                             .say = say};
  ServiceSettings service_settings{.catalogue = has(arguments, "stop-clients"),
                                   .asked = arguments.offers("stop-service")
                                                ? arguments.all("stop-service")
                                                : std::vector<std::string>(),
                                   .systemctl = {},
                                   .say = say};
  return Surround(std::move(hook_settings), std::move(service_settings),
                  {.paths = host_paths(), .cdi = has(arguments, "cdi"), .say = say});
}

Status Surround::frame_nothing() const {
  const Status started = run_hooks(hook_settings_, HookPoint::kApplyStart, {});
  const Status ended = run_hooks(hook_settings_, HookPoint::kApplyExit,
                                 {{"SECTILE_RESULT", started ? "success" : std::string("failed")}});
  return started ? ended : started;
}

bool Surround::frees(const ChangePlan& plan, const Holders& holders) const {
  const std::vector<std::string> stopped =
      services_to_stop(plan, service_settings_.catalogue, service_settings_.asked);
  const auto goes = [&](const GpuProcess& process) {
    const auto holder = std::ranges::find(holders.holders, process.pid, &Holder::pid);
    return holder != holders.holders.end() && !holder->origin.session &&
           std::ranges::find(stopped, holder->origin.unit) != stopped.end();
  };
  return !plan.blocked.empty() &&
         std::ranges::all_of(plan.blocked, [&](const BlockedInstance& blocked) {
           return std::ranges::all_of(blocked.holders, goes);
         });
}

std::vector<std::string> Surround::service_notes(const ChangePlan& plan) const {
  const bool asked = service_settings_.catalogue || !service_settings_.asked.empty();
  const std::vector<std::string> stopped =
      services_to_stop(plan, service_settings_.catalogue, service_settings_.asked);
  const Result<std::vector<UnitState>> states = service_settings_.systemctl.states(stopped);
  std::vector<std::string> notes;
  if (asked && !states) {
    notes.push_back("services could not be stopped: " + states.error().message);
    return notes;
  }
  if (asked) {
    const std::string active = active_text(*states, false);
    notes.push_back(active.empty() ? "none of the services to stop is active"
                                   : "would be stopped, and started again afterwards: " + active);
  }
  if (service_settings_.catalogue) {
    return notes;
  }
  std::vector<std::string> others = services_to_stop(plan, true, {});
  std::erase_if(others, [&](const std::string& unit) {
    return std::ranges::find(stopped, unit) != stopped.end();
  });
  const Result<std::vector<UnitState>> in_the_way = service_settings_.systemctl.states(others);
  const std::string active = in_the_way ? active_text(*in_the_way, true) : "";
  if (!active.empty()) {
    notes.push_back("may be in the way: " + active + "; --stop-clients stops them meanwhile");
  }
  return notes;
}

}  // namespace sectile::cli
