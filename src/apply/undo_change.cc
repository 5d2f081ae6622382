#include <utility>

#include "sectile/apply/repair.h"
#include "sectile/apply/undo.h"

namespace sectile {
namespace {

constexpr int kMaxEntries = 1001;  // More are not kept.

std::unexpected<Error> nothing() {
  return fail(ErrorCode::kInvalidArgument, "there is no change to be taken back",
              "`sectile log` shows what was done");
}

// Whether the node was left otherwise than it had been.
bool had_effect(const ChangeRecord& record) {
  switch (record.state) {
    case ChangeState::kDone:
    case ChangeState::kPending:
    case ChangeState::kCompleted:
    case ChangeState::kRestarted:
    case ChangeState::kAccepted:
      return true;
    case ChangeState::kOpen:
    case ChangeState::kFailed:
    case ChangeState::kRolledBack:
    case ChangeState::kNotRestored:
    case ChangeState::kTakenBack:
      return false;
  }
  return false;  // Not reached; g++ wants it.
}

Result<ChangeRecord> last_with_effect(const StateOptions& options) {
  Result<std::optional<StateFile>> opened = StateFile::open_to_read(options);
  if (!opened) {
    return fail(opened);
  }
  std::optional<StateFile>& state = *opened;
  if (!state) {
    return nothing();
  }
  const Journal journal(*state, system_clock());
  const Result<std::optional<ChangeRecord>> found = journal.unfinished();
  if (!found) {
    return fail(found);
  }
  if (const std::optional<ChangeRecord>& unfinished = *found; unfinished) {
    return fail(ErrorCode::kNotRestored,
                "change " + std::to_string(unfinished->id) + " is not finished",
                "run `sectile repair`, which completes it or takes it back");
  }
  Result<std::vector<ChangeRecord>> latest = journal.latest(kMaxEntries);
  if (!latest) {
    return fail(latest);
  }
  for (ChangeRecord& record : *latest) {
    if (had_effect(record)) {
      return std::move(record);
    }
  }
  return nothing();
}

Status as_it_was_left(const Snapshot& now, const ChangeRecord& record) {
  if (record.author.boot != this_process().boot || !record.after) {
    return {};
  }
  const std::string differs = differences(now, *record.after);
  return differs.empty()
             ? Status{}
             : fail(ErrorCode::kStale,
                    "the node is not as change " + std::to_string(record.id) +
                        " left it: " + differs,
                    "look with --dry-run --force at what would be destroyed; --force does it");
}

}  // namespace

Result<UndoPlan> prepare_undo(const Snapshot& now, const StateOptions& state, bool forced) {
  Result<ChangeRecord> record = last_with_effect(state);
  if (!record) {
    return fail(record);
  }
  if (const Status left = forced ? Status{} : as_it_was_left(now, *record); !left) {
    return fail(left);
  }
  std::vector<GpuTarget> targets;
  for (const GpuImage& gpu : record->before.gpus) {
    const LiveGpu* const live = now.find(gpu.uuid);
    if (live == nullptr || !live->capable()) {
      return fail(ErrorCode::kStale,
                  "gpu " + std::to_string(gpu.index) + " (" + gpu.uuid + ") is not there",
                  "`sectile show` lists the GPUs");
    }
    Result<GpuTarget> target = target_of(now.model_of(*live), gpu);
    if (!target) {
      return fail(target);
    }
    targets.push_back(*std::move(target));
  }
  Result<ChangePlan> plan = prepare(now, targets);
  if (!plan) {
    return fail(plan);
  }
  return UndoPlan{.record = *std::move(record), .plan = *std::move(plan)};
}

}  // namespace sectile
