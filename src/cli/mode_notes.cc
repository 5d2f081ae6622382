#include "src/cli/mode_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sectile/apply/mode_rule.h"
#include "sectile/device/node.h"

namespace sectile::cli {
namespace {

std::vector<unsigned> linked_indices(const Node& node, const Snapshot& now,
                                     const std::string& uuid) {
  std::vector<unsigned> indices;
  const Result<std::vector<std::string>> linked = node.linked(now, uuid);
  if (linked) {
    for (const std::string& other : *linked) {
      indices.push_back(now.find(other)->index);
    }
  }
  std::ranges::sort(indices);
  return indices;
}

std::string reset_note(const Session& session, const GpuChange& change,
                       const std::vector<unsigned>& linked) {
  std::string note =
      session.arguments.has("reset")
          ? fmt::format(
                "gpu {} is reset for its new MIG mode, unless the driver does that by "
                "itself, and no other GPU is",
                change.index)
          : fmt::format(
                "the new MIG mode of gpu {} takes a reset, which the driver makes by "
                "itself only if nobody holds the GPU",
                change.index);
  if (!linked.empty()) {
    note +=
        fmt::format("; it interrupts what runs over NVLink with gpu {}", fmt::join(linked, ", "));
  }
  return note;
}

bool sets_mode(const LiveGpu* gpu, const GpuChange& change) {
  return gpu != nullptr && gpu->capable() && change.set_mode.has_value();
}

}  // namespace

std::vector<std::string> mode_notes(const Session& session, const Snapshot& now,
                                    const ChangePlan& plan) {
  std::vector<std::string> notes;
  std::vector<unsigned> forgetful;
  const Result<Node> node = std::ranges::any_of(plan.changes, &GpuChange::needs_reset)
                                ? Node::open(session.arguments.text("nvml"), session.worker)
                                : Result<Node>(fail(ErrorCode::kFailed, "not needed"));
  for (const GpuChange& change : plan.changes) {
    const LiveGpu* const gpu = now.find(change.uuid);
    if (!sets_mode(gpu, change)) {
      continue;
    }
    const ModeRule rule = mode_rule(*gpu, now.model_of(*gpu));
    if (change.needs_reset && rule.commit == ModeCommit::kReboot) {
      notes.push_back(fmt::format("the new MIG mode of gpu {} stays pending until {}", change.index,
                                  commit_text(rule.commit)));
    } else if (change.needs_reset) {
      notes.push_back(
          reset_note(session, change,
                     node ? linked_indices(*node, now, change.uuid) : std::vector<unsigned>()));
    }
    if (change.set_mode == true && !rule.persists) {
      forgetful.push_back(change.index);
    }
  }
  if (!forgetful.empty()) {
    notes.push_back(
        fmt::format("the MIG mode of gpu {} is lost when the driver is reloaded or the "
                    "machine reboots",
                    fmt::join(forgetful, ", ")));
  }
  return notes;
}

}  // namespace sectile::cli
