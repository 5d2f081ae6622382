// sectile plan: finds the best layout for wants, or cuts GPUs by a strategy.
#include <fmt/format.h>

#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sectile/plan/pack.h"
#include "sectile/text/draw.h"
#include "sectile/text/explain.h"
#include "sectile/text/json.h"
#include "sectile/text/want_notation.h"
#include "src/cli/exit_status.h"
#include "src/cli/machine.h"
#include "src/cli/plan_answer.h"
#include "src/cli/plan_picture.h"
#include "src/cli/plan_request.h"
#include "src/cli/plan_services.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

std::string title(const MachineGpu& gpu, bool live) {
  return live ? fmt::format("gpu {}  {}", gpu.config.index, gpu.name) : gpu.name;
}

// The holders of what exists, in the order of the new layout; what is new has none yet.
std::vector<std::string> owners(const MachineGpu& gpu, const Layout& layout) {
  std::vector<std::string> owners;
  for (const Slot& slot : layout.slots()) {
    std::string owner;
    for (std::size_t i = 0; i < gpu.layout.size() && i < gpu.holders.size(); ++i) {
      const Slot& old = gpu.layout.slots()[i];
      if (old.placement() == slot.placement() && old.profile() == slot.profile()) {
        owner = gpu.holders[i];
      }
    }
    owners.push_back(owner);
  }
  return owners;
}

Picture picture(const Machine& machine, std::span<const Layout> layouts, std::string strategy) {
  const bool live = machine.snapshot != nullptr;
  Picture picture{.gpus = {}, .exported = {}, .strategy = std::move(strategy), .merge = !live};
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    const MachineGpu& gpu = machine.gpus[i];
    picture.gpus.push_back({.title = title(gpu, live),
                            .model = gpu.model,
                            .layout = layouts[i],
                            .owners = live ? owners(gpu, layouts[i]) : std::vector<std::string>(),
                            .notes = {}});
    picture.exported.push_back({.gpu = gpu.config, .mig_enabled = true, .layout = layouts[i]});
  }
  return picture;
}

std::string format_of(const Session& session) {
  return session.arguments.text("output", "text");
}

std::string plan_summary(const Plan& plan, std::size_t gpus) {
  return fmt::format("{} instance{} on {} of {} GPU{}; {}.\n", plan.assignments.size(),
                     plan.assignments.size() == 1 ? "" : "s", plan.gpus_used, gpus,
                     gpus == 1 ? "" : "s",
                     plan.gpus_used == plan.gpus_bound
                         ? "no plan uses fewer"
                         : fmt::format("every plan needs at least {}", plan.gpus_bound));
}

std::unexpected<Error> refuse(Session& session, std::span<const PlanGpu> gpus,
                              std::span<const Want> wants, const Infeasible& infeasible) {
  if (format_of(session) == "json") {
    session.out = infeasible_json(gpus, wants, infeasible);
  }
  std::string details = explain(infeasible, gpus, wants);
  while (details.ends_with('\n')) {
    details.pop_back();
  }
  std::string asked = to_string(wants);
  constexpr std::size_t kAskedMax = 55;  // One line with "sectile: no layout holds ".
  if (asked.size() > kAskedMax) {
    asked = fmt::format("all {} wants", wants.size());
  }
  const bool live = !session.arguments.has("gpu");
  return fail(infeasible.malformed ? ErrorCode::kInvalidArgument : ErrorCode::kUnsatisfiable,
              fmt::format("no layout holds {}\n\n{}", asked, details),
              infeasible.malformed ? "ask for a profile that the GPUs have"
              : live               ? "ask for what fits, or plan from empty GPUs with --replace"
                                   : "ask for what fits, or give more GPUs with --gpu");
}

Result<int> plan_wants(Session& session, const Machine& machine, std::span<const Want> wants) {
  const std::vector<PlanGpu> gpus = plan_gpus(machine, session.arguments.has("replace"));
  const PackResult plan = pack(gpus, wants);
  if (!plan) {
    return refuse(session, gpus, wants, plan.error());
  }
  const std::string format = format_of(session);
  if (format == "json") {
    session.out = plan_json(gpus, wants, *plan);
    return 0;
  }
  session.out = render(session, picture(machine, plan->layouts, {}));
  if (format == "text") {
    session.out += '\n' + (session.arguments.has("explain") ? explain(*plan, gpus, wants)
                                                            : plan_summary(*plan, gpus.size()));
  }
  return 0;
}

std::string strategy_json(const Machine& machine, const StrategyAnswer& answer) {
  std::vector<NamedLayout> layouts;
  layouts.reserve(machine.gpus.size());
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    layouts.push_back({.name = machine.gpus[i].name,
                       .model = machine.gpus[i].model,
                       .layout = answer.layouts[i]});
  }
  std::vector<std::string> reasons;
  for (const auto& [model, result] : answer.results) {
    for (const std::string& reason : result.reasons) {
      reasons.push_back(answer.results.size() == 1 ? reason : model->key + ": " + reason);
    }
  }
  return plan_json(layouts, to_string(answer.strategy), reasons);
}

Result<int> plan_strategy(Session& session, const Machine& machine, const StrategyWish& wish) {
  const Result<StrategyAnswer> answer =
      answer_strategy(machine, wish, session.arguments.has("replace"));
  if (!answer) {
    return fail(answer);
  }
  const std::string format = format_of(session);
  if (format == "json") {
    session.out = strategy_json(machine, *answer);
    return 0;
  }
  session.out =
      render(session, picture(machine, answer->layouts, std::string(to_string(wish.strategy))));
  if (format == "text") {
    for (const auto& [model, result] : answer->results) {
      session.out += '\n' + explain(result, *model, wish.strategy);
    }
  }
  return 0;
}

}  // namespace

Result<int> verb_plan(Session& session) {
  const Arguments& arguments = session.arguments;
  if (arguments.has("services")) {
    return plan_for_services(session);
  }
  const Result<PlanWish> wish = read_plan_wish(arguments);
  if (!wish) {
    return fail(wish);
  }
  const Result<Machine> machine = arguments.has("gpu")
                                      ? planned_machine(arguments.text("gpu"))
                                      : live_machine(arguments.text("nvml"), session.worker);
  if (!machine) {
    return fail(machine);
  }
  for (const std::string& note : machine->notes) {
    session.say("note: " + note);
  }
  if (const auto* wants = std::get_if<std::vector<Want>>(&*wish)) {
    return plan_wants(session, *machine, *wants);
  }
  return plan_strategy(session, *machine, std::get<StrategyWish>(*wish));
}

}  // namespace sectile::cli
