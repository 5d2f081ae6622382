#include "sectile/text/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"
#include "src/text/lines.h"

namespace sectile {
namespace {

using internal::Lines;

constexpr std::size_t kGpusMax = 8;  // Layouts of an alternative that are worth reading.

std::string number_of(int count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string listed(const std::vector<int>& numbers, std::string_view last) {
  std::string result;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    result += i == 0 ? "" : i + 1 == numbers.size() ? fmt::format(" {} ", last) : ", ";
    result += std::to_string(numbers[i]);
  }
  return result;
}

// "gpu0  aaaabb..  3g.40gb@4 2g.20gb@0"
void add_picture(Lines& lines, const std::string& head, const Model& model, const Layout& layout) {
  lines.add(head + "  " + layout.diagram(model.memory_slices) + "  ", to_notation(model, layout));
}

// What no instance uses: "free: 2 memory slices; idle: 1 compute slice", or "nothing is idle".
std::string idle(const Model& model, const Layout& layout) {
  int memory = model.memory_slices;
  int compute = model.compute_slices;
  for (const Slot& slot : layout.slots()) {
    memory -= slot.placement().size;
    const Profile* const profile = model.find(slot.profile());
    compute -= profile == nullptr ? 0 : profile->compute_slices;
  }
  if (memory <= 0 && compute <= 0) {
    return "nothing is idle";
  }
  return "free: " + number_of(std::max(memory, 0), "memory slice") +
         "; idle: " + number_of(std::max(compute, 0), "compute slice");
}

std::string emptiness(int opened, int used) {
  if (opened == 0) {
    return "";
  }
  return opened < used ? fmt::format(", {} of them empty before", opened)
                       : fmt::format(", {}empty before", used > 1 ? "all " : "");
}

std::string gpus_needed(const Plan& plan, std::size_t gpus) {
  const std::string used =
      fmt::format("{} of {}{}", plan.gpus_used, number_of(static_cast<int>(gpus), "GPU"),
                  emptiness(plan.gpus_opened, plan.gpus_used));
  return plan.gpus_bound >= plan.gpus_used
             ? used + "; proven: no plan opens fewer GPUs"
             : fmt::format("{}; not proven: {} might do", used, plan.gpus_bound);
}

std::string why_here(const PlacementReason& reason, int start) {
  std::vector<int> others = reason.legal_starts;
  std::erase(others, start);
  std::string result;
  if (others.empty()) {
    result = "the only start that the others leave";
  } else {
    result = fmt::format("could start at {} as well, ", listed(others, "or"));
    result += reason.usefulness > reason.next_best ? "but that would leave less useful space"
                                                   : "which would leave no more useful space";
  }
  if (reason.profiles_considered > 1) {
    result += fmt::format("; smallest of {} profiles that serve it", reason.profiles_considered);
  }
  return result;
}

// Several wants may share an instance: each has a compute instance in it.
void explain_slot(Lines& lines, const Plan& plan, const Model& model, std::span<const Want> wants,
                  std::span<const std::size_t> assignments) {
  const Assignment& first = plan.assignments[assignments.front()];
  std::set<std::size_t> served;
  for (const std::size_t index : assignments) {
    served.insert(plan.assignments[index].want);
  }
  std::string text = "for ";
  for (const std::size_t want : served) {
    text += (want == *served.begin() ? "" : ", ") + to_string(wants[want]);
  }
  const auto reason =
      std::ranges::find(plan.reasons, assignments.front(), &PlacementReason::assignment);
  if (reason != plan.reasons.end()) {
    text += ": " + why_here(*reason, first.slot.placement().start);
  }
  lines.add("  " + to_notation(model, first.slot) + "  ", text);
}

// Indices of the assignments that went into the slot.
std::vector<std::size_t> assigned_to(const Plan& plan, std::size_t gpu, const Slot& slot) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < plan.assignments.size(); ++i) {
    const Assignment& assignment = plan.assignments[i];
    if (assignment.gpu == gpu && assignment.slot.placement() == slot.placement()) {
      result.push_back(i);
    }
  }
  return result;
}

void explain_gpu(Lines& lines, const Plan& plan, std::span<const PlanGpu> gpus,
                 std::span<const Want> wants, std::size_t index) {
  const PlanGpu& gpu = gpus[index];
  const Layout& layout = plan.layouts[index];
  add_picture(lines, gpu.name + " (" + gpu.model->key + ")", *gpu.model, layout);
  for (const Slot& slot : layout.slots()) {
    const std::vector<std::size_t> assigned = assigned_to(plan, index, slot);
    if (assigned.empty()) {
      lines.add("  " + to_notation(*gpu.model, slot) + "  ", "was there and stays");
    } else {
      explain_slot(lines, plan, *gpu.model, wants, assigned);
    }
  }
  lines.add("  ", idle(*gpu.model, layout));
}

// The model of a GPU of an alternative; those beyond the given ones were added, and the difference
// ends with their model's key.
const Model& model_of(const Alternative& alternative, std::span<const PlanGpu> gpus,
                      std::size_t index) {
  if (index < gpus.size()) {
    return *gpus[index].model;
  }
  const auto added = std::ranges::find_if(gpus, [&alternative](const PlanGpu& gpu) {
    return alternative.difference.ends_with(" " + gpu.model->key);
  });
  return added == gpus.end() ? *gpus.front().model : *added->model;
}

void explain_alternative(Lines& lines, const Alternative& alternative,
                         std::span<const PlanGpu> gpus, std::string_view head) {
  lines.add(head, fmt::format("{} (distance {})", alternative.difference, alternative.distance));
  const std::size_t shown = gpus.empty() ? 0 : std::min(alternative.layouts.size(), kGpusMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string name = i < gpus.size() ? gpus[i].name : "added";
    add_picture(lines, "     " + name, model_of(alternative, gpus, i), alternative.layouts[i]);
  }
  if (shown < alternative.layouts.size()) {
    lines.add("     ", number_of(static_cast<int>(alternative.layouts.size() - shown), "more GPU"));
  }
}

void explain_missing(Lines& lines, const Missing& missing, std::span<const Want> wants,
                     const std::string& summary) {
  if (missing.reason != summary) {
    lines.blank();
    lines.add(to_string(wants[missing.want]) + ": ", missing.reason);
  }
  if (missing.memory_slices_needed > 0) {
    lines.add("  ", fmt::format("{} free before, the longest run that an instance can take: {}",
                                number_of(missing.memory_slices_free, "memory slice"),
                                missing.largest_free_run));
  }
  for (const std::string& holder : missing.holders) {
    lines.add("  in the way: ", holder);
  }
}

// "2c.3g.40gb at compute slice 0 of 3g.40gb@4"; the one that fills needs no place.
std::string compute_instance(const Profile* profile, const ComputeSlot& slot,
                             const std::string& instance) {
  const ComputeProfile* const compute =
      profile == nullptr ? nullptr : profile->find_compute(slot.profile);
  if (compute == nullptr) {
    return fmt::format("of profile {} in {}", slot.profile.value, instance);
  }
  return compute->fills ? fmt::format("that fills {}", instance)
                        : fmt::format("{} at compute slice {} of {}", compute->name,
                                      slot.placement.start, instance);
}

std::string step_in_words(const Step& step, const Model& model) {
  const Profile* const profile = model.find(step.profile);
  const std::string name =
      profile == nullptr ? fmt::format("profile {}", step.profile.value) : profile->name;
  const std::string instance = fmt::format("{}@{}", name, step.placement.start);
  switch (step.kind) {
    case StepKind::kDestroyCompute:
      return "destroy the compute instance " + compute_instance(profile, step.compute, instance);
    case StepKind::kDestroyInstance:
      return "destroy the GPU instance " + instance;
    case StepKind::kCreateInstance:
      return "create the GPU instance " + instance;
    case StepKind::kCreateCompute:
      return "create the compute instance " + compute_instance(profile, step.compute, instance);
  }
  return "";
}

bool changes_inside(const Transition& transition, const Slot& slot) {
  return std::ranges::any_of(transition.steps, [&slot](const Step& step) {
    return step.profile == slot.profile() && step.placement == slot.placement();
  });
}

}  // namespace

std::string explain(const Plan& plan, std::span<const PlanGpu> gpus, std::span<const Want> wants) {
  Lines lines;
  lines.add("", number_of(static_cast<int>(plan.assignments.size()), "wanted instance") + " on " +
                    gpus_needed(plan, gpus.size()));
  if (!plan.proven) {
    lines.add("", "the search gave up before it was certain that no plan is better");
  }
  int empty = 0;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (plan.layouts[i].empty()) {
      empty += 1;
    } else {
      lines.blank();
      explain_gpu(lines, plan, gpus, wants, i);
    }
  }
  if (empty > 0) {
    lines.blank();
    lines.add("", fmt::format("empty: {}", number_of(empty, "GPU")));
  }
  return std::move(lines).str();
}

std::string explain(const Infeasible& infeasible, std::span<const PlanGpu> gpus,
                    std::span<const Want> wants) {
  Lines lines;
  lines.add("does not fit: ", infeasible.summary);
  for (const Missing& missing : infeasible.missing) {
    explain_missing(lines, missing, wants, infeasible.summary);
  }
  if (!infeasible.nearest.empty()) {
    lines.blank();
    lines.add("", "nearest that fit, by the memory plus compute slices given up or added:");
    for (std::size_t i = 0; i < infeasible.nearest.size(); ++i) {
      explain_alternative(lines, infeasible.nearest[i], gpus, fmt::format("  {}. ", i + 1));
    }
  }
  return std::move(lines).str();
}

std::string explain(const Transition& transition, const Model& model, std::string_view gpu) {
  if (transition.empty()) {
    return "";
  }
  Lines lines;
  lines.add(std::string(gpu) + ": ",
            fmt::format("{} kept, {} destroyed, {} created", transition.kept.size(),
                        transition.destroyed.size(), transition.created.size()));
  for (const Slot& slot : transition.kept) {
    const bool changes = changes_inside(transition, slot);
    lines.add("  keep     ",
              to_notation(model, slot) + (changes ? " (its compute instances change)" : ""));
  }
  for (const Slot& slot : transition.destroyed) {
    lines.add("  destroy  ", to_notation(model, slot));
  }
  for (const Slot& slot : transition.created) {
    lines.add("  create   ", to_notation(model, slot));
  }
  lines.add("", "steps:");
  for (std::size_t i = 0; i < transition.steps.size(); ++i) {
    lines.add(fmt::format("  {:>2}. ", i + 1), step_in_words(transition.steps[i], model));
  }
  return std::move(lines).str();
}

std::string explain(const StrategyResult& result, const Model& model, Strategy strategy) {
  Lines lines;
  add_picture(lines, fmt::format("{} on {}", to_string(strategy), model.key), model, result.layout);
  for (const std::string& reason : result.reasons) {
    lines.add("  ", reason);
  }
  return std::move(lines).str();
}

}  // namespace sectile
