#include "sectile/apply/journal.h"

#include <array>
#include <limits>
#include <utility>

#include "src/apply/sqlite.h"

namespace sectile {
namespace {

constexpr std::array kStates = {ChangeState::kOpen,      ChangeState::kDone,
                                ChangeState::kFailed,    ChangeState::kRolledBack,
                                ChangeState::kPending,   ChangeState::kNotRestored,
                                ChangeState::kTakenBack, ChangeState::kCompleted,
                                ChangeState::kRestarted, ChangeState::kAccepted};
constexpr std::array kKinds = {ChangeKind::kApply, ChangeKind::kUndo, ChangeKind::kRestore};
constexpr std::array kPurposes = {Purpose::kForward, Purpose::kUndo, Purpose::kRepair};

// Which finished changes are too old to be kept.
constexpr const char* kForget[] = {
    "DELETE FROM step WHERE change IN (SELECT id FROM change WHERE state NOT IN"
    " ('open', 'not-restored') ORDER BY id DESC LIMIT -1 OFFSET 1000)",
    "DELETE FROM planned WHERE change IN (SELECT id FROM change WHERE state NOT IN"
    " ('open', 'not-restored') ORDER BY id DESC LIMIT -1 OFFSET 1000)",
    "DELETE FROM change WHERE id IN (SELECT id FROM change WHERE state NOT IN"
    " ('open', 'not-restored') ORDER BY id DESC LIMIT -1 OFFSET 1000)",
};

constexpr std::string_view kColumns =
    "SELECT id, kind, undoes, state, boot, uid, user, sudo_user, pid, process_start, command,"
    " started, finished, message, before_image, target_image, after_image FROM change ";

std::string_view name_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kForward:
      return "forward";
    case Purpose::kUndo:
      return "undo";
    case Purpose::kRepair:
      return "repair";
  }
  return "";  // Not reached; g++ wants it.
}

std::unexpected<Error> damaged(std::int64_t change, const std::string& what) {
  return fail(ErrorCode::kFailed,
              "entry " + std::to_string(change) + " of the journal is damaged: " + what,
              "keep state.db for later, and begin a new history by moving it away");
}

// The one of `values` that is called so.
template <typename T, std::size_t kCount>
Result<T> named(std::int64_t change, const std::array<T, kCount>& values, const std::string& text) {
  for (const T value : values) {
    if (name_of(value) == text) {
      return value;
    }
  }
  return damaged(change, "it says '" + text.substr(0, 32) + "'");
}

Time time_of(std::int64_t milliseconds) {
  return Time(std::chrono::milliseconds(milliseconds));
}

template <typename T>
T narrow(std::int64_t value) {
  return value < 0 || value > std::int64_t{std::numeric_limits<std::uint32_t>::max()}
             ? T{}
             : static_cast<T>(value);
}

Result<NodeImage> read_image(std::int64_t change, const std::string& text,
                             const std::string& what) {
  Result<NodeImage> image = parse_image(text, what);
  return image ? image : damaged(change, image.error().message);
}

Author read_author(const Statement& row) {
  return {.uid = narrow<unsigned>(row.integer(5)),
          .user = row.text(6),
          .sudo_user = row.text(7),
          .pid = narrow<std::uint32_t>(row.integer(8)),
          .process_start = static_cast<std::uint64_t>(row.integer(9)),
          .command = row.text(10),
          .boot = row.text(4)};
}

Status read_images(const Statement& row, ChangeRecord& record) {
  Result<NodeImage> before = read_image(record.id, row.text(14), "before");
  Result<NodeImage> target = read_image(record.id, row.text(15), "target");
  if (!before || !target) {
    return fail(before ? target : before);
  }
  record.before = *std::move(before);
  record.target = *std::move(target);
  if (!row.is_null(16)) {
    Result<NodeImage> after = read_image(record.id, row.text(16), "after");
    if (!after) {
      return fail(after);
    }
    record.after = *std::move(after);
  }
  return {};
}

Result<ChangeRecord> read_change(const Statement& row) {
  ChangeRecord record;
  record.id = row.integer(0);
  const Result<ChangeKind> kind = named(record.id, kKinds, row.text(1));
  const Result<ChangeState> state = named(record.id, kStates, row.text(3));
  if (!kind || !state) {
    return std::unexpected(kind ? state.error() : kind.error());
  }
  record.kind = *kind;
  record.state = *state;
  if (!row.is_null(2)) {
    record.undoes = row.integer(2);
  }
  record.author = read_author(row);
  record.started = time_of(row.integer(11));
  if (!row.is_null(12)) {
    record.finished = time_of(row.integer(12));
  }
  record.message = row.text(13);
  if (const Status images = read_images(row, record); !images) {
    return fail(images);
  }
  return record;
}

Result<StepRecord> read_step(std::int64_t change, const Statement& row) {
  const Result<Purpose> purpose = named(change, kPurposes, row.text(1));
  if (!purpose) {
    return fail(purpose);
  }
  StepRecord step{.number = narrow<int>(row.integer(0)),
                  .purpose = *purpose,
                  .gpu = row.text(2),
                  .kind = row.text(3),
                  .what = row.text(4),
                  .intended = time_of(row.integer(5)),
                  .ended = std::nullopt,
                  .failure = std::nullopt};
  if (!row.is_null(6)) {
    step.ended = time_of(row.integer(6));
  }
  if (!row.is_null(7)) {
    step.failure = row.text(7);
  }
  return step;
}

// Every row that the statement gives, through `read`.
template <typename T, typename Read>
Result<std::vector<T>> all(Statement& select, const Read& read) {
  std::vector<T> rows;
  while (true) {
    const Result<bool> there = select.step();
    if (!there) {
      return fail(there);
    }
    if (!*there) {
      return rows;
    }
    Result<T> row = read(select);
    if (!row) {
      return fail(row);
    }
    rows.push_back(*std::move(row));
  }
}

Status insert_change(const Database& database, const Journal::Entry& entry, Time now) {
  Result<Statement> insert = database.prepare(
      "INSERT INTO change (kind, undoes, state, boot, uid, user, sudo_user, pid, process_start,"
      " command, started, before_image, target_image)"
      " VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) {
    return fail(insert);
  }
  insert->bind(name_of(entry.kind));
  if (entry.undoes) {
    insert->bind(*entry.undoes);
  } else {
    insert->bind_null();
  }
  const Author& author = entry.author;
  return insert->bind(author.boot)
      .bind(std::int64_t{author.uid})
      .bind(author.user)
      .bind(author.sudo_user)
      .bind(std::int64_t{author.pid})
      .bind(static_cast<std::int64_t>(author.process_start))
      .bind(author.command)
      .bind(now.time_since_epoch().count())
      .bind(image_json(entry.before))
      .bind(image_json(entry.target))
      .run();
}

Status insert_planned(const Database& database, std::int64_t change, const Journal::Entry& entry) {
  int number = 0;
  for (const auto& [gpu, action] : entry.planned) {
    Result<Statement> insert = database.prepare(
        "INSERT INTO planned (change, number, gpu, action, what) VALUES (?, ?, ?, ?, ?)");
    if (!insert) {
      return fail(insert);
    }
    number += 1;
    insert->bind(change).bind(std::int64_t{number}).bind(gpu);
    if (const Status put = insert->bind(name_of(action)).bind(action.what).run(); !put) {
      return put;
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kApply:
      return "apply";
    case ChangeKind::kUndo:
      return "undo";
    case ChangeKind::kRestore:
      return "restore";
  }
  return "";  // Not reached; g++ wants it.
}

std::string_view name_of(ChangeState state) {
  switch (state) {
    case ChangeState::kOpen:
      return "open";
    case ChangeState::kDone:
      return "done";
    case ChangeState::kFailed:
      return "failed";
    case ChangeState::kRolledBack:
      return "rolled-back";
    case ChangeState::kNotRestored:
      return "not-restored";
    case ChangeState::kPending:
      return "pending";
    case ChangeState::kTakenBack:
      return "taken-back";
    case ChangeState::kCompleted:
      return "completed";
    case ChangeState::kRestarted:
      return "restarted";
    case ChangeState::kAccepted:
      return "accepted";
  }
  return "";  // Not reached; g++ wants it.
}

bool ChangeRecord::finished_well() const {
  return state == ChangeState::kDone || state == ChangeState::kCompleted;
}

Result<std::int64_t> Journal::begin(const Entry& entry) {
  const Database& database = state_.database();
  Result<Atomic> all_of_it = Atomic::begin(database);
  if (!all_of_it) {
    return fail(all_of_it);
  }
  for (const char* const forget : kForget) {
    if (const Status forgotten = database.run(forget); !forgotten) {
      return fail(forgotten);
    }
  }
  if (const Status inserted = insert_change(database, entry, clock_.now()); !inserted) {
    return fail(inserted);
  }
  const std::int64_t change = database.last_id();
  if (const Status inserted = insert_planned(database, change, entry); !inserted) {
    return fail(inserted);
  }
  if (const Status committed = all_of_it->commit(); !committed) {
    return fail(committed);
  }
  return change;
}

Status Journal::intend(std::int64_t change, const std::string& gpu, const Action& action) {
  const Database& database = state_.database();
  Result<Atomic> both = Atomic::begin(database);
  if (!both) {
    return fail(both);
  }
  if (const Status written = write_outcome(); !written) {
    return written;
  }
  Result<Statement> insert = database.prepare(
      "INSERT INTO step (change, number, purpose, gpu, action, what, intended) VALUES (?1,"
      " (SELECT coalesce(max(number), 0) + 1 FROM step WHERE change = ?1), ?2, ?3, ?4, ?5, ?6)"
      " RETURNING number");
  if (!insert) {
    return fail(insert);
  }
  insert->bind(change).bind(name_of(action.purpose)).bind(gpu).bind(name_of(action));
  const Result<bool> row =
      insert->bind(action.what).bind(clock_.now().time_since_epoch().count()).step();
  if (!row) {
    return fail(row);
  }
  const Outcome step{
      .change = change, .step = narrow<int>(insert->integer(0)), .ended = {}, .failure = {}};
  Status entered = insert->run();
  if (entered) {
    entered = both->commit();
  }
  if (entered) {
    step_ = step;
    ended_.reset();
  }
  return entered;
}

void Journal::ended(const Status& outcome) {
  if (step_) {
    step_->ended = clock_.now();
    step_->failure = outcome ? std::nullopt : std::optional(outcome.error().message);
    ended_ = std::exchange(step_, std::nullopt);
  }
}

Status Journal::write_outcome() {
  if (!ended_) {
    return {};
  }
  Result<Statement> update = state_.database().prepare(
      "UPDATE step SET ended = ?, failure = ? WHERE change = ? AND number = ?");
  if (!update) {
    return fail(update);
  }
  update->bind(ended_->ended.time_since_epoch().count());
  if (ended_->failure) {
    update->bind(*ended_->failure);
  } else {
    update->bind_null();
  }
  return update->bind(ended_->change).bind(std::int64_t{ended_->step}).run();
}

Status Journal::finish(std::int64_t change, ChangeState state, const std::string& message,
                       const std::optional<NodeImage>& after) {
  Result<Atomic> both = Atomic::begin(state_.database());
  if (!both) {
    return fail(both);
  }
  if (const Status written = write_outcome(); !written) {
    return written;
  }
  Result<Statement> update = state_.database().prepare(
      "UPDATE change SET state = ?, message = ?, finished = ?, after_image = ? WHERE id = ?");
  if (!update) {
    return fail(update);
  }
  update->bind(name_of(state)).bind(message).bind(clock_.now().time_since_epoch().count());
  if (after) {
    update->bind(image_json(*after));
  } else {
    update->bind_null();
  }
  Status finished = update->bind(change).run();
  if (finished) {
    finished = both->commit();
  }
  if (finished) {
    ended_.reset();
  }
  return finished;
}

Result<std::optional<ChangeRecord>> Journal::unfinished() const {
  Result<Statement> select = state_.database().prepare(
      std::string(kColumns) + "WHERE state IN ('open', 'not-restored') ORDER BY id DESC LIMIT 1");
  if (!select) {
    return fail(select);
  }
  Result<std::vector<ChangeRecord>> found = all<ChangeRecord>(*select, read_change);
  if (!found) {
    return fail(found);
  }
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::optional<ChangeRecord>> Journal::find(std::int64_t change) const {
  Result<Statement> select = state_.database().prepare(std::string(kColumns) + "WHERE id = ?");
  if (!select) {
    return fail(select);
  }
  select->bind(change);
  Result<std::vector<ChangeRecord>> found = all<ChangeRecord>(*select, read_change);
  if (!found) {
    return fail(found);
  }
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<ChangeRecord>> Journal::latest(int count) const {
  Result<Statement> select =
      state_.database().prepare(std::string(kColumns) + "ORDER BY id DESC LIMIT ?");
  if (!select) {
    return fail(select);
  }
  select->bind(std::int64_t{count});
  return all<ChangeRecord>(*select, read_change);
}

Result<std::vector<StepRecord>> Journal::steps(std::int64_t change) const {
  Result<Statement> select = state_.database().prepare(
      "SELECT number, purpose, gpu, action, what, intended, ended, failure FROM step"
      " WHERE change = ? ORDER BY number");
  if (!select) {
    return fail(select);
  }
  select->bind(change);
  return all<StepRecord>(*select, [&](const Statement& row) { return read_step(change, row); });
}

Result<std::vector<StepRecord>> Journal::planned(std::int64_t change) const {
  Result<Statement> select = state_.database().prepare(
      "SELECT number, 'forward', gpu, action, what, 0, NULL, NULL FROM planned"
      " WHERE change = ? ORDER BY number");
  if (!select) {
    return fail(select);
  }
  select->bind(change);
  return all<StepRecord>(*select, [&](const Statement& row) { return read_step(change, row); });
}

}  // namespace sectile
