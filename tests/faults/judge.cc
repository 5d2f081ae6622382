#include "tests/faults/judge.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace sectile::faults {
namespace {

constexpr std::string_view kLeft = "not restored: ";

// "gpu 0: a, b; gpu 1: c" as "gpu 0: a", "gpu 0: b", "gpu 1: c".
std::vector<std::string> split_differences(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    std::string_view gpu = text.substr(0, text.find("; "));
    text.remove_prefix(std::min(gpu.size() + 2, text.size()));
    const std::size_t colon = gpu.find(": ");
    if (colon == std::string_view::npos) {
      parts.emplace_back(gpu);
      continue;
    }
    const std::string label(gpu.substr(0, colon + 2));
    gpu.remove_prefix(colon + 2);
    while (!gpu.empty()) {
      const std::string_view part = gpu.substr(0, gpu.find(", "));
      parts.push_back(label + std::string(part));
      gpu.remove_prefix(std::min(part.size() + 2, gpu.size()));
    }
  }
  return parts;
}

// Of kNotRestored: does it name exactly what differs? A node that could not be read, or a GPU that
// was not there, cannot be told better than so.
std::vector<std::string> judge_names(const World& world, const NodeView& now, const Error& error) {
  const std::size_t at = error.message.find(kLeft);
  if (at == std::string::npos) {
    return {"exit 8 does not say what differs: " + error.message};
  }
  const std::string_view left = std::string_view(error.message).substr(at + kLeft.size());
  if (left.starts_with("the node cannot be read: ")) {
    return {};
  }
  std::vector<std::string> named = split_differences(left);
  std::vector<std::string> real = named_differences(world.before(), now);
  for (const std::string& part : named) {
    if (part.ends_with(": it is not there")) {
      const std::string gpu = part.substr(0, part.find(':') + 1);
      std::erase_if(real, [&](const std::string& one) { return one.starts_with(gpu); });
    }
  }
  std::erase_if(named, [](const std::string& one) { return one.ends_with(": it is not there"); });
  std::ranges::sort(named);
  std::ranges::sort(real);
  std::vector<std::string> wrong;
  if (named != real) {
    wrong.push_back("exit 8 names other differences than there are: " + error.message);
  }
  if (error.next.empty()) {
    wrong.push_back("exit 8 does not say what to do");
  }
  return wrong;
}

// Whether the instance at `old` is still the very same: all of it, or (its compute instances being
// part of the change) only itself.
bool untouched(const GpuView& before, const GpuView& now, const Slot& old, bool whole) {
  const GpuView::Identity* was = before.find(old.placement());
  const GpuView::Identity* is = now.find(old.placement());
  return is != nullptr && (whole ? *is == *was : is->generations[0] == was->generations[0]);
}

// Nothing in use, nothing that stays and nothing that nobody asked about was touched, on one GPU.
std::vector<std::string> judge_untouched(const World& world, const NodeView& now,
                                         const GpuScenario& gpu, std::size_t index) {
  std::vector<std::string> wrong;
  const GpuView& before = world.before()[index];
  for (const Slot& slot : before.layout.slots()) {
    const bool busy = std::ranges::find(gpu.busy, slot.placement().start) != gpu.busy.end();
    const Slot* wanted = world.after()[index].layout.find(slot.placement());
    const bool stays = wanted != nullptr && wanted->profile() == slot.profile();
    const bool whole = busy || (stays && *wanted == slot);
    if ((busy || stays) && !untouched(before, now.at(index), slot, whole)) {
      wrong.push_back("gpu " + std::to_string(index) + ": the instance at " +
                      std::to_string(slot.placement().start) +
                      (busy ? ", in use," : ", which stays,") + " was touched");
    }
  }
  return wrong;
}

// The same on all of them.
std::vector<std::string> judge_untouched(const World& world, const NodeView& now) {
  std::vector<std::string> wrong;
  std::size_t index = 0;
  for (const GpuScenario& gpu : world.scenario().gpus) {
    for (int i = 0; i < gpu.count; ++i, ++index) {
      std::ranges::move(judge_untouched(world, now, gpu, index), std::back_inserter(wrong));
    }
  }
  return wrong;
}

// Each GPU is as it was, but for modes that wait and what had to happen before they could.
bool waits_properly(const World& world, const NodeView& now) {
  bool waits = false;
  for (std::size_t index = 0; index < now.size(); ++index) {
    const GpuView& old = world.before()[index];
    const GpuView& wanted = world.after()[index];
    const GpuView& is = now[index];
    waits = waits || is.on != is.pending;
    const bool is_waiting = is.on == old.on && is.pending == wanted.pending &&
                            is.layout == (wanted.on ? old.layout : wanted.layout);
    if (!is_waiting && !is.looks_like(old) && !is.looks_like(wanted)) {
      return false;
    }
  }
  return waits;
}

}  // namespace

bool waits_for_reset(const Error& error) {
  return error.code == ErrorCode::kUnavailable &&
         error.message.find("pending until the GPU is reset") != std::string::npos;
}

std::vector<std::string> judge_change(const World& world, const Status& outcome) {
  const NodeView now = world.look();
  std::vector<std::string> wrong = judge_untouched(world, now);
  const auto complain = [&](const std::string& what) {
    wrong.push_back(what + (outcome ? "" : " (" + outcome.error().message + ")") + ": " +
                    describe(now));
  };
  if (outcome) {
    if (!alike(now, world.after())) {
      complain("it succeeded, but the node is not as asked for");
    }
  } else if (outcome.error().code == ErrorCode::kNotRestored) {
    std::ranges::move(judge_names(world, now, outcome.error()), std::back_inserter(wrong));
  } else if (waits_for_reset(outcome.error())) {
    if (!waits_properly(world, now)) {
      complain("it says that only a reset is missing, but more is");
    }
  } else if (!alike(now, world.before())) {
    complain("it failed, but the node is not as before");
  }
  return wrong;
}

std::vector<std::string> judge_repair(const World& world, const Status& outcome) {
  const NodeView now = world.look();
  std::vector<std::string> wrong = judge_untouched(world, now);
  if (!outcome) {
    wrong.push_back("repair failed: " + outcome.error().message);
  }
  if (!alike(now, world.before()) && !alike(now, world.after())) {
    wrong.push_back("after repair the node is neither old nor new: " + describe(now));
  }
  return wrong;
}

}  // namespace sectile::faults
