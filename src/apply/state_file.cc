#include "sectile/apply/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "sectile/apply/clock.h"
#include "src/apply/sqlite.h"
#include "src/apply/state_directory.h"
#include "src/apply/state_schema.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "state.db";
constexpr std::size_t kMaxDocumentBytes = std::size_t{8} * 1024 * 1024;

std::unexpected<Error> not_ours(const std::string& path, const std::string& why) {
  return fail(ErrorCode::kPermission, path + " is not to be trusted: " + why,
              "let it belong to root, and let nobody else write to it");
}

// Whoever can write here decides what `repair` does to the GPUs.
Status check_owner(const std::string& path, const struct stat& info) {
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return not_ours(path, "it belongs to user " + std::to_string(info.st_uid));
  }
  if ((info.st_mode & S_IWOTH) != 0) {
    return not_ours(path, "everybody may write to it");
  }
  return {};
}

Status check_directory(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    return system_failure("cannot look at " + path, errno);
  }
  return S_ISDIR(info.st_mode) ? check_owner(path, info)
                               : fail(ErrorCode::kFailed, path + " is not a directory",
                                      "$SECTILE_STATE_DIR names the directory for locks and state");
}

// Whether there is a file; with its owner checked if so.
Result<bool> check_file(const std::string& path) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return false;
    }
    return system_failure("cannot look at " + path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return not_ours(path, "it is not a plain file");
  }
  if (const Status owner = check_owner(path, info); !owner) {
    return fail(owner);
  }
  return true;
}

// SQLite takes an empty file for an empty database. Ours is never empty: it was cut off.
Status refuse_empty(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && info.st_size == 0) {
    return fail(ErrorCode::kFailed, path + " is damaged: it is empty",
                "the GPUs are as `sectile show` says; to begin a new history, remove the file");
  }
  return {};
}

Status check_schema(const Database& database) {
  const Result<std::int64_t> owner = database.number("PRAGMA application_id");
  if (!owner) {
    return fail(owner);
  }
  if (*owner != kStateApplicationId) {
    return fail(ErrorCode::kFailed, database.path() + " is a database of another program",
                "let $SECTILE_STATE_DIR name a directory for sectile alone");
  }
  const Result<std::int64_t> schema = database.number("PRAGMA user_version");
  if (!schema) {
    return fail(schema);
  }
  if (*schema != kStateSchema) {
    return fail(ErrorCode::kFailed,
                database.path() + " has schema " + std::to_string(*schema) +
                    ", and this sectile knows " + std::to_string(kStateSchema),
                "use the sectile that wrote it");
  }
  return {};
}

// TRUNCATE and not WAL: a reader needs no right to write, and nothing is to be cleaned up after a
// power cut but by a writer. FULL: what was committed is on the disk.
Status set_durable(const Database& database) {
  for (const char* const pragma :
       {"PRAGMA journal_mode = TRUNCATE", "PRAGMA synchronous = FULL", "PRAGMA fullfsync = 1",
        "PRAGMA foreign_keys = ON", "PRAGMA cell_size_check = ON"}) {
    if (const Status set = database.run(pragma); !set) {
      return set;
    }
  }
  return {};
}

std::unexpected<Error> damaged(const Database& database, const std::string& how) {
  const std::string& path = database.path();
  return fail(ErrorCode::kFailed, path + " is damaged: " + how,
              "the GPUs are as `sectile show` says; keep the file for later and begin a new "
              "history: mv " +
                  path + " " + path + ".damaged");
}

// SQLite fills up what was cut off the end of a file with zeros, and a very short one counts as
// new. The size is looked at while nobody can write.
Status check_size(const Database& database) {
  if (const Status begun = database.run("BEGIN"); !begun) {
    return begun;
  }
  const Result<std::int64_t> pages = database.number("SELECT page_count FROM pragma_page_count");
  const Result<std::int64_t> page = database.number("SELECT page_size FROM pragma_page_size");
  const std::int64_t bytes = database.file_bytes();
  const Status ended = database.run("COMMIT");
  if (!pages || !page || !ended) {
    return !pages ? fail(pages) : !page ? fail(page) : fail(ended);
  }
  return *pages > 0 && bytes == *pages * *page ? Status{} : damaged(database, "it was cut off");
}

// Damage is to be noticed before a change depends on the file, not in the middle of it.
Status check_sound(const Database& database) {
  Result<Statement> check = database.prepare("PRAGMA quick_check(1)");
  if (!check) {
    return fail(check);
  }
  const Result<bool> row = check->step();
  if (!row) {
    return fail(row);
  }
  if (const std::string verdict = check->text(0); verdict != "ok") {
    return damaged(database, verdict);
  }
  const Result<std::int64_t> tables = database.number(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
      " AND name IN ('change', 'step', 'planned', 'document')");
  if (!tables) {
    return fail(tables);
  }
  return *tables == 4 ? Status{} : damaged(database, "a table is missing");
}

Status fill(const Database& database) {
  if (const Status durable = set_durable(database); !durable) {
    return durable;
  }
  Result<Atomic> all = Atomic::begin(database);
  if (!all) {
    return fail(all);
  }
  for (const char* const table : kStateTables) {
    if (const Status made = database.run(table); !made) {
      return made;
    }
  }
  return all->commit();
}

Status sync_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return system_failure("cannot open " + directory.string(), errno);
  }
  const int synced = fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  return synced == 0 ? Status{} : system_failure("cannot sync " + directory.string(), error);
}

// Under another name until it is whole, so that whatever is cut off in between, a file that bears
// the name is whole. Who comes second uses what the first one made.
Status create(const fs::path& path, const std::string& vfs) {
  const std::string draft = path.string() + ".new." + std::to_string(getpid());
  Status filled;
  {
    const Result<Database> database =
        Database::open({.path = draft, .writable = true, .create = true, .vfs = vfs});
    filled = database ? fill(*database) : fail(database);
  }
  if (filled && chmod(draft.c_str(), 0644) != 0) {
    filled = system_failure("cannot create " + path.string(), errno);
  }
  if (filled && link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    filled = system_failure("cannot create " + path.string(), errno);
  }
  unlink(draft.c_str());
  unlink((draft + "-journal").c_str());
  return filled ? sync_directory(path.parent_path()) : filled;
}

// Everything that may be wrong with a file that is there.
Result<Database> open_checked(const std::string& path, bool writable, const std::string& vfs) {
  for (const std::string& file : {path + "-journal", path}) {
    if (const Result<bool> ours = check_file(file); !ours) {
      return fail(ours);
    }
  }
  if (const Status whole = refuse_empty(path); !whole) {
    return fail(whole);
  }
  Result<Database> database =
      Database::open({.path = path, .writable = writable, .create = false, .vfs = vfs});
  if (!database) {
    return database;
  }
  Status sound = check_size(*database);
  if (sound) {
    sound = check_schema(*database);
  }
  if (sound && writable) {
    sound = set_durable(*database);
  }
  if (sound) {
    sound = check_sound(*database);
  }
  if (!sound) {
    return fail(sound);
  }
  return database;
}

}  // namespace

StateFile::StateFile(std::unique_ptr<Database> database, std::string directory)
    : database_(std::move(database)), directory_(std::move(directory)) {}
StateFile::StateFile(StateFile&&) noexcept = default;
StateFile& StateFile::operator=(StateFile&&) noexcept = default;
StateFile::~StateFile() = default;

Result<StateFile> StateFile::open(const Options& options) {
  const fs::path directory = state_directory(options.directory);
  if (const Status made = make_state_directory(directory); !made) {
    return fail(made);
  }
  if (const Status ours = check_directory(directory); !ours) {
    return fail(ours);
  }
  const fs::path path = directory / kFileName;
  const Result<bool> there = check_file(path);
  if (!there) {
    return fail(there);
  }
  if (!*there) {
    if (const Status created = create(path, options.vfs); !created) {
      return fail(created);
    }
  }
  Result<Database> database = open_checked(path, true, options.vfs);
  if (!database) {
    return fail(database);
  }
  return StateFile(std::make_unique<Database>(*std::move(database)), directory);
}

Result<std::optional<StateFile>> StateFile::open_to_read(const Options& options) {
  const fs::path directory = state_directory(options.directory);
  const fs::path path = directory / kFileName;
  const Result<bool> there = check_file(path);
  if (!there) {
    return fail(there);
  }
  if (!*there) {
    return std::nullopt;
  }
  if (const Status ours = check_directory(directory); !ours) {
    return fail(ours);
  }
  Result<Database> database = open_checked(path, false, options.vfs);
  if (!database) {
    return fail(database);
  }
  return std::optional(StateFile(std::make_unique<Database>(*std::move(database)), directory));
}

Result<std::optional<std::string>> StateFile::get(const std::string& name) const {
  Result<Statement> select = database_->prepare("SELECT text FROM document WHERE name = ?");
  if (!select) {
    return fail(select);
  }
  const Result<bool> row = select->bind(name).step();
  if (!row) {
    return fail(row);
  }
  return *row ? std::optional(select->text(0)) : std::nullopt;
}

Status StateFile::put(const std::string& name, const std::string& text) {
  if (text.size() > kMaxDocumentBytes) {
    return fail(ErrorCode::kInvalidArgument,
                name + " is too large to be kept: " + std::to_string(text.size()) + " bytes");
  }
  Result<Statement> insert = database_->prepare(
      "INSERT INTO document (name, text, written) VALUES (?, ?, ?) "
      "ON CONFLICT (name) DO UPDATE SET text = excluded.text, written = excluded.written");
  if (!insert) {
    return fail(insert);
  }
  const std::int64_t now = system_clock().now().time_since_epoch().count();
  return insert->bind(name).bind(text).bind(now).run();
}

Status StateFile::erase(const std::string& name) {
  Result<Statement> remove = database_->prepare("DELETE FROM document WHERE name = ?");
  return remove ? remove->bind(name).run() : fail(remove);
}

Result<std::vector<std::string>> StateFile::names(const std::string& prefix) const {
  Result<Statement> select = database_->prepare("SELECT name FROM document ORDER BY name");
  if (!select) {
    return fail(select);
  }
  std::vector<std::string> names;
  while (true) {
    const Result<bool> row = select->step();
    if (!row) {
      return fail(row);
    }
    if (!*row) {
      return names;
    }
    if (std::string name = select->text(0); name.starts_with(prefix)) {
      names.push_back(std::move(name));
    }
  }
}

const std::string& StateFile::path() const {
  return database_->path();
}
const std::string& StateFile::directory() const {
  return directory_;
}

}  // namespace sectile
