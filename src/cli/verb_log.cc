// sectile log: what was done to this machine's GPUs.
#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "sectile/apply/journal.h"
#include "src/cli/exit_status.h"
#include "src/cli/log_text.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

constexpr int kMaxEntries = 1001;  // More are not kept.

Result<std::int64_t> change_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    return fail(ErrorCode::kInvalidArgument, "'" + text + "' is not the number of a change",
                "`sectile log` lists the changes");
  }
  return value;
}

bool runs(std::span<const ChangeRecord> changes) {
  return std::ranges::any_of(changes, [](const ChangeRecord& change) {
    return change.state == ChangeState::kOpen && is_running(change.author);
  });
}

Result<int> list(Session& session, const Journal* journal) {
  const int count = std::clamp(session.arguments.number("number", 20), 1, kMaxEntries);
  Result<std::vector<ChangeRecord>> changes = std::vector<ChangeRecord>();
  if (journal != nullptr) {
    changes = journal->latest(count);
  }
  if (!changes) {
    return fail(changes);
  }
  if (session.arguments.text("output") == "json") {
    session.out = log_json(*changes, {}, runs(*changes));
  } else if (changes->empty()) {
    session.say("nothing was changed yet");
  } else {
    session.out = log_table(*changes, runs(*changes));
  }
  return 0;
}

Result<int> show(Session& session, const Journal* journal, const std::string& asked) {
  const Result<std::int64_t> id = change_number(asked);
  if (!id) {
    return fail(id);
  }
  Result<std::optional<ChangeRecord>> found = std::optional<ChangeRecord>();
  if (journal != nullptr) {
    found = journal->find(*id);
  }
  if (!found) {
    return fail(found);
  }
  const std::optional<ChangeRecord>& change = *found;
  if (!change) {
    return fail(ErrorCode::kInvalidArgument, "there is no change " + asked,
                "`sectile log` lists the changes");
  }
  const Result<std::vector<StepRecord>> steps = journal->steps(*id);
  const Result<std::vector<StepRecord>> planned = journal->planned(*id);
  if (!steps || !planned) {
    return fail(steps ? planned : steps);
  }
  const std::vector<ChangeRecord> one = {*change};
  session.out = session.arguments.text("output") == "json"
                    ? log_json(one, *steps, runs(one))
                    : printable(log_entry(one.front(), *steps, *planned, runs(one)));
  return 0;
}

}  // namespace

Result<int> verb_log(Session& session) {
  Result<std::optional<StateFile>> state = StateFile::open_to_read();
  if (!state) {
    return fail(state);
  }
  std::optional<Journal> journal;
  if (std::optional<StateFile>& file = *state) {
    journal.emplace(*file, system_clock());
  }
  const Journal* const there = journal ? &*journal : nullptr;
  const std::string asked = session.arguments.text("ID");
  return asked.empty() ? list(session, there) : show(session, there, asked);
}

}  // namespace sectile::cli
