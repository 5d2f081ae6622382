#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sectile/apply/doctor.h"
#include "sectile/apply/journal.h"
#include "sectile/apply/saved_layout.h"

namespace sectile {
namespace {

// A change that was begun and not finished: by somebody who is at it, or who is no more.
Finding unfinished(const ChangeRecord& change) {
  const std::string who =
      change.author.user.empty() ? "uid " + std::to_string(change.author.uid) : change.author.user;
  const std::string what = "change " + std::to_string(change.id) + " of " + who + ", begun " +
                           to_text(change.started) + " with pid " +
                           std::to_string(change.author.pid);
  if (is_running(change.author)) {
    return {.check = "journal",
            .verdict = Verdict::kWarn,
            .message = what + ", is being made",
            .fix = "let it finish"};
  }
  return {.check = "journal",
          .verdict = Verdict::kFail,
          .message = what + ", was cut off: the GPUs may have part of it",
          .fix = "sectile repair"};
}

Finding failure(const std::string& check, const Error& error) {
  return {.check = check,
          .verdict = error.code == ErrorCode::kPermission ? Verdict::kWarn : Verdict::kFail,
          .message = error.message,
          .fix = error.next.empty() ? "sectile log, sectile save" : error.next};
}

// There is no saved layout: does that matter?
Finding unsaved(const Snapshot& now) {
  const bool any = std::ranges::any_of(
      now.gpus, [](const LiveGpu& gpu) { return gpu.capable() && !gpu.instances.empty(); });
  if (!any) {
    return {.check = "saved", .message = "no layout is saved, and there are no instances to save"};
  }
  return {.check = "saved",
          .verdict = Verdict::kWarn,
          .message = "no layout is saved, and a restart takes every instance away",
          .fix = "sectile save"};
}

Finding drift(const ChangePlan& plan, const SavedTargets& saved) {
  std::string differing;
  for (const GpuChange& change : plan.changes) {
    if (!change.empty()) {
      differing += (differing.empty() ? "" : ", ") + std::to_string(change.index);
    }
  }
  if (!differing.empty()) {
    return {.check = "saved",
            .verdict = Verdict::kWarn,
            .message = "the saved layout is another one on gpu " + differing,
            .fix = "sectile save keeps what is there, sectile restore brings back what was saved"};
  }
  if (!saved.missing.empty()) {
    return {.check = "saved",
            .verdict = Verdict::kWarn,
            .message = "the saved layout has a GPU that is not here: " + saved.missing.front(),
            .fix = "sectile save, if it is gone for good"};
  }
  return {.check = "saved", .message = "the saved layout is the one there is"};
}

}  // namespace

std::vector<Finding> examine_state(const StateFile::Options& options) {
  Result<std::optional<StateFile>> state = StateFile::open_to_read(options);
  if (!state) {
    return {failure("journal", state.error())};
  }
  std::optional<StateFile>& file = *state;
  if (!file) {
    return {{.check = "journal", .message = "Sectile has changed nothing on this machine yet"}};
  }
  const Journal journal(*file, system_clock());
  const Result<std::optional<ChangeRecord>> change = journal.unfinished();
  if (!change) {
    return {failure("journal", change.error())};
  }
  if (const std::optional<ChangeRecord>& open = *change) {
    return {unfinished(*open)};
  }
  return {{.check = "journal", .message = "every change of Sectile's is finished"}};
}

std::vector<Finding> examine_saved(const Snapshot& now, const StateFile::Options& options) {
  const Result<std::optional<StateFile>> state = StateFile::open_to_read(options);
  if (!state) {
    return {};  // examine_state() says why.
  }
  const std::optional<StateFile>& file = *state;
  const Result<std::optional<std::string>> document =
      file ? file->get(kSavedLayout) : std::optional<std::string>();
  if (!document) {
    return {failure("saved", document.error())};
  }
  const std::optional<std::string>& text = *document;
  if (!text) {
    return {unsaved(now)};
  }
  const Result<SavedTargets> saved = saved_targets(*text, now);
  if (!saved) {
    return {failure("saved", saved.error())};
  }
  const Result<ChangePlan> plan = prepare(now, saved->targets);
  return {plan ? drift(*plan, *saved) : failure("saved", plan.error())};
}

}  // namespace sectile
