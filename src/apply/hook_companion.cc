#include <optional>
#include <string>
#include <utility>

#include "sectile/apply/companions.h"
#include "sectile/apply/mig_devices.h"
#include "sectile/apply/program.h"
#include "sectile/text/json.h"

namespace sectile {
namespace {

// In the state file while hooks have still to be run: a hooks file with nothing but apply-exit.
constexpr const char* kDocument = "apply-exit-hooks";

using Variables = std::map<std::string, std::string>;

void say(const Say& listener, const std::string& line) {
  if (listener) {
    listener(line);
  }
}

Program program_of(const Hook& hook, const HookSettings& settings, const Variables& more) {
  Program program{.words = {hook.command},
                  .environment = hook.environment,
                  .directory = hook.directory,
                  .limit = settings.limit};
  program.words.insert(program.words.end(), hook.arguments.begin(), hook.arguments.end());
  // As with mig-parted, what we say stands over what the file says.
  for (const Variables* const variables : {&settings.variables, &more}) {
    for (const auto& [name, value] : *variables) {
      (*program.environment)[name] = value;
    }
  }
  return program;
}

Status run_hook(const Hook& hook, const HookSettings& settings, HookPoint point,
                const Variables& more) {
  const Result<std::string> output = run_to_success(program_of(hook, settings, more));
  if (!output) {
    return fail(output.error().code,
                "the " + std::string(name_of(point)) + " hook failed: " + output.error().message,
                "the hook must work, or be taken out of the hooks file");
  }
  if (settings.show_output && !output->empty()) {
    say(settings.say, std::string(name_of(point)) + ": " + *output);
  }
  return {};
}

Variables variables_of(const ChangeContext& context) {
  std::string gpus;
  for (const GpuChange& change : context.plan.changes) {
    gpus += change.empty() ? "" : (gpus.empty() ? "" : ",") + change.uuid;
  }
  return {{"SECTILE_CHANGE", std::to_string(context.change)},
          {"SECTILE_GPUS", gpus},
          {"SECTILE_STATE_DIR", context.state.directory()},
          {"SECTILE_UUIDS_FILE", uuids_file(context.state.directory())}};
}

// Runs with NVML closed: a hook may start what resets a GPU, or wait until nobody holds it.
Status run_closed(const ChangeContext& context, const HookSettings& settings, HookPoint point,
                  const Variables& more) {
  if (settings.hooks.at(point).empty()) {
    return {};
  }
  std::optional<Status> ran;
  const auto run = [&]() -> Status {
    ran = run_hooks(settings, point, more);
    return *ran;
  };
  const Status closed = context.node.closed(run);
  return ran ? closed : run();  // If NVML does not close, the hooks still have to run.
}

std::string result_word(const Result<Applied>& outcome) {
  return outcome ? "success" : std::string(name_of(outcome.error().code));
}

}  // namespace

Status run_hooks(const HookSettings& settings, HookPoint point, const Variables& more) {
  Variables variables = more;
  variables["SECTILE_HOOK"] = name_of(point);
  Status first;
  for (const Hook& hook : settings.hooks.at(point)) {
    Status done = run_hook(hook, settings, point, variables);
    if (!done && point != HookPoint::kApplyExit) {
      return done;
    }
    if (!done && first) {
      first = std::move(done);
    } else if (!done) {
      say(settings.say, "warning: " + done.error().message);
    }
  }
  return first;
}

Status HookCompanion::start(const ChangeContext& context) {
  if (settings_.hooks.empty()) {
    return {};
  }
  HooksConfig exits;
  for (Hook hook : settings_.hooks.at(HookPoint::kApplyExit)) {
    for (const auto& [name, value] : settings_.variables) {
      hook.environment[name] = value;
    }
    exits.hooks[static_cast<std::size_t>(HookPoint::kApplyExit)].push_back(std::move(hook));
  }
  // First of all, so that whatever the other hooks do is followed by the last ones.
  if (const Status noted = context.state.put(kDocument, write_hooks(exits)); !noted) {
    return noted;
  }
  return run_closed(context, settings_, HookPoint::kApplyStart, variables_of(context));
}

Status HookCompanion::before_mode(const ChangeContext& context) {
  return run_closed(context, settings_, HookPoint::kPreApplyMode, variables_of(context));
}

Status HookCompanion::before_config(const ChangeContext& context) {
  return run_closed(context, settings_, HookPoint::kPreApplyConfig, variables_of(context));
}

Status HookCompanion::exit(const ChangeContext& context, const Result<Applied>& outcome) {
  const Result<std::optional<std::string>> document = context.state.get(kDocument);
  if (!document) {
    return fail(document);
  }
  const std::optional<std::string>& text = *document;
  if (!text) {
    return {};
  }
  Result<HooksConfig> hooks = parse_hooks(*text, kDocument);
  if (!hooks) {
    return fail(hooks);
  }
  HookSettings settings = settings_;
  settings.hooks = *std::move(hooks);
  Variables variables = variables_of(context);
  variables["SECTILE_RESULT"] = result_word(outcome);
  const Status ran = run_closed(context, settings, HookPoint::kApplyExit, variables);
  const Status erased = context.state.erase(kDocument);
  return ran ? erased : ran;
}

}  // namespace sectile
