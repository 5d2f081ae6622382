#include "src/cli/change_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "sectile/text/notation.h"
#include "src/cli/who_text.h"

namespace sectile::cli {
namespace {

std::string instance_name(const Model& model, ProfileId profile, const Placement& placement) {
  const Profile* found = model.find(profile);
  return fmt::format("{}@{}",
                     found == nullptr ? fmt::format("profile {}", profile.value) : found->name,
                     placement.start);
}

std::string compute_name(const Model& model, const Step& step) {
  const Profile* profile = model.find(step.profile);
  if (profile != nullptr) {
    const ComputeProfile* compute = profile->find_compute(step.compute.profile);
    if (compute != nullptr) {
      return fmt::format("{}@{}", compute->name, step.compute.placement.start);
    }
  }
  return fmt::format("compute profile {}", step.compute.profile.value);
}

std::string list(const Model& model, std::span<const Slot> slots) {
  std::string text;
  for (const Slot& slot : slots) {
    text += (text.empty() ? "" : "  ") + to_notation(model, slot);
  }
  return text;
}

std::string line(std::string_view word, const std::string& what) {
  return what.empty() ? std::string() : fmt::format("  {:<9}{}\n", word, what);
}

// Kept instances whose compute instances change.
bool compute_changes(const Transition& transition) {
  return std::ranges::any_of(transition.steps, [&](const Step& step) {
    return (step.kind == StepKind::kCreateCompute || step.kind == StepKind::kDestroyCompute) &&
           std::ranges::any_of(transition.kept, [&](const Slot& slot) {
             return slot.placement() == step.placement;
           });
  });
}

std::string gpu_text(const Model& model, const GpuChange& change, bool steps) {
  std::string text;
  if (change.set_mode) {
    text += line("mode", fmt::format("MIG {}{}", *change.set_mode ? "on" : "off",
                                     change.needs_reset ? ", which needs a reset of the GPU" : ""));
  }
  text += line("keep", list(model, change.transition.kept));
  text += line("destroy", list(model, change.transition.destroyed));
  text += line("create", list(model, change.transition.created));
  if (compute_changes(change.transition)) {
    text += line("change", "compute instances inside what is kept");
  }
  if (steps) {
    int number = 0;
    for (const Step& step : change.transition.steps) {
      text += fmt::format("  step {:<4}{}\n", ++number, step_text(model, step));
    }
  }
  return text;
}

std::string process_text(const GpuProcess& process) {
  return fmt::format("pid {}  {}", process.pid,
                     process.command.empty() ? "(command not readable)" : process.command);
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string holder_line(const Holder& holder) {
  const std::string origin = origin_text(holder.origin);
  if (holder.pid == 0) {
    return fmt::format("{}\n      to free it: {}", holder.command, holder.way);
  }
  return fmt::format("pid {}  {}{}{}{}\n      to free it: {}", holder.pid, holder.user,
                     holder.user.empty() ? "" : "  ",
                     holder.command.empty() ? "(command not readable)" : holder.command,
                     origin.empty() ? "" : "  (" + origin + ")", holder.way);
}

std::string step_text(const Model& model, const Step& step) {
  const std::string instance = instance_name(model, step.profile, step.placement);
  switch (step.kind) {
    case StepKind::kDestroyCompute:
      return fmt::format("destroy compute instance {} in {}", compute_name(model, step), instance);
    case StepKind::kDestroyInstance:
      return "destroy " + instance;
    case StepKind::kCreateInstance:
      return "create " + instance;
    case StepKind::kCreateCompute:
      return fmt::format("create compute instance {} in {}", compute_name(model, step), instance);
  }
  return {};  // Not reached; g++ wants it.
}

std::string change_text(const Snapshot& now, const ChangePlan& plan, bool steps) {
  std::string text;
  for (const GpuChange& change : plan.changes) {
    const LiveGpu* gpu = now.find(change.uuid);
    text += fmt::format("gpu {}  {}  {}{}\n", change.index, gpu == nullptr ? "" : gpu->name,
                        change.uuid, change.empty() ? "  same" : "");
    if (gpu != nullptr && !change.empty()) {
      text += gpu_text(now.model_of(*gpu), change, steps);
    }
  }
  return text;
}

std::string change_summary(const ChangePlan& plan, bool done) {
  if (plan.empty()) {
    return done ? "nothing changed" : "nothing differs";
  }
  std::size_t differing = 0;
  std::size_t kept = 0;
  std::size_t destroyed = 0;
  std::size_t created = 0;
  std::size_t resets = 0;
  for (const GpuChange& change : plan.changes) {
    differing += change.empty() ? 0U : 1U;
    kept += change.transition.kept.size();
    destroyed += change.transition.destroyed.size();
    created += change.transition.created.size();
    resets += change.set_mode && change.needs_reset ? 1U : 0U;
  }
  return fmt::format(
      "{} of {} {}: {} kept, {} destroyed, {} created{}", differing,
      counted(plan.changes.size(), "GPU"),
      done             ? "changed"
      : differing == 1 ? "differs"
                       : "differ",
      counted(kept, "instance"), destroyed, created,
      resets == 0 || done ? "" : fmt::format(", {} needed", counted(resets, "reset")));
}

std::string blocked_text(const ChangePlan& plan, const Holders& holders) {
  std::vector<std::string> lines;
  for (const BlockedInstance& blocked : plan.blocked) {
    const std::string where = fmt::format("  gpu {} {}@{}: ", blocked.gpu_index, blocked.profile,
                                          blocked.placement.start);
    for (const GpuProcess& process : blocked.holders) {
      const auto holder = std::ranges::find(holders.holders, process.pid, &Holder::pid);
      lines.push_back(
          where + (holder == holders.holders.end() ? process_text(process) : holder_line(*holder)));
    }
    if (blocked.holders.empty()) {
      lines.push_back(where + "in use by a process that the driver does not name");
    }
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace sectile::cli
