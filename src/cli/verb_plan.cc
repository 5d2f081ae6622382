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
#include "sectile/text/mermaid.h"
#include "sectile/text/want_notation.h"
#include "src/cli/exit_status.h"
#include "src/cli/layout_output.h"
#include "src/cli/machine.h"
#include "src/cli/plan_answer.h"
#include "src/cli/plan_request.h"
#include "src/cli/style.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

// What every format but text and JSON needs, whatever was asked.
struct Picture {
  std::vector<GpuPicture> gpus;
  std::vector<ExportGpu> exported;
  std::string strategy;  // "mixed"; "" for wants.
};

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
  Picture picture{.gpus = {}, .exported = {}, .strategy = std::move(strategy)};
  const bool live = machine.snapshot != nullptr;
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

// Planned GPUs that are alike, one behind the other, as one picture for people.
std::vector<GpuPicture> merged(std::span<const GpuPicture> gpus) {
  std::vector<GpuPicture> pictures;
  std::size_t first = 0;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const GpuPicture& gpu = gpus[i];
    const bool same = !pictures.empty() && gpu.owners.empty() &&
                      pictures.back().model == gpu.model && pictures.back().layout == gpu.layout;
    if (same) {
      pictures.back().title =
          fmt::format("{} to {}, {} alike", gpus[first].title, gpu.title, i - first + 1);
    } else {
      first = i;
      pictures.push_back(gpu);
    }
  }
  return pictures;
}

// Formats that show layouts and no reasons. The mermaid pie needs the strategy for its title.
std::string render(const Session& session, const Picture& picture) {
  const std::string format = session.arguments.text("output");
  const std::string label = session.arguments.text("config-label", "planned");
  if (format == "yaml") {
    return layout_yaml(picture.exported, label);
  }
  if (format == "mig-parted") {
    const Converted converted = mig_parted_yaml(picture.exported, label);
    for (const std::string& lost : converted.lost) {
      session.say("note: mig-parted's format cannot say " + lost);
    }
    return converted.text;
  }
  if (format == "mermaid") {
    return mermaid_pie(picture.gpus, picture.strategy);
  }
  if (format == "mermaid-blocks") {
    return mermaid_blocks(picture.gpus);
  }
  if (format == "svg") {
    return draw_svg(picture.gpus);
  }
  return draw_text(merged(picture.gpus), text_style(session));
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
