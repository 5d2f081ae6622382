#include "src/apply/sqlite.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace sectile {
namespace {

constexpr int kMaxTextBytes = 16 * 1024 * 1024;
constexpr int kBusyMs = 10'000;  // Nobody writes for longer than a moment.

std::unexpected<Error> full(const std::string& path) {
  return fail(ErrorCode::kFailed, "cannot write " + path + ": no space is left on its disk",
              "free some space there, and try again");
}

std::unexpected<Error> failure(sqlite3* database, const std::string& path) {
  const int code = sqlite3_extended_errcode(database);
  const int reason = sqlite3_system_errno(database);
  if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY) {
    return fail(ErrorCode::kPermission, path + " was being written when the machine went down",
                "run this as root once: `sectile repair` completes it");
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return full(path);
    case SQLITE_IOERR:
      if (reason == ENOSPC || reason == EDQUOT) {
        return full(path);
      }
      return fail(ErrorCode::kFailed,
                  "cannot read or write " + path + ": " +
                      (reason != 0 ? std::generic_category().message(reason)
                                   : std::string(sqlite3_errmsg(database))),
                  "look at `dmesg` for errors of the disk");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::kBusy, path + " is being written by another process",
                  "try again when it has finished");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return fail(ErrorCode::kPermission,
                  "cannot open or write " + path + ": " +
                      (reason != 0 ? std::generic_category().message(reason)
                                   : std::string(sqlite3_errmsg(database))),
                  "run as root, or set $SECTILE_STATE_DIR to a directory of your own");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(ErrorCode::kFailed,
                  path + " is damaged: " + std::string(sqlite3_errmsg(database)),
                  "the GPUs are as `sectile show` says; keep the file for later and begin a new "
                  "history: mv " +
                      path + " " + path + ".damaged");
    default:
      return fail(ErrorCode::kFailed, path + ": " + std::string(sqlite3_errmsg(database)));
  }
}

}  // namespace

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // SQLite takes a null pointer for NULL.
  sqlite3_bind_text64(statement_.get(), ++bound_, value.empty() ? "" : value.data(), value.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_.get(), ++bound_);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    return failure(sqlite3_db_handle(statement_.get()), path_);
  }
  return code == SQLITE_ROW;
}

Status Statement::run() {
  while (true) {
    const Result<bool> row = step();
    if (!row) {
      return fail(row);
    }
    if (!*row) {
      return {};
    }
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr
             ? std::string()
             : std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Result<Database> Database::open(const Options& options) {
  Database database;
  database.path_ = options.path;
  const int flags = (options.writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    (options.create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_PRIVATECACHE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &raw, flags,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  database.database_.reset(raw);
  if (code != SQLITE_OK) {
    return raw == nullptr ? fail(ErrorCode::kFailed, "no memory to open " + options.path)
                          : failure(raw, options.path);
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyMs);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, kMaxTextBytes);
  // A file that somebody else prepared must not make us run its own triggers and views.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  if (options.writable && sqlite3_db_readonly(raw, "main") == 1) {
    return fail(ErrorCode::kPermission, options.path + " cannot be written",
                "run as root, or set $SECTILE_STATE_DIR to a directory of your own");
  }
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  Statement statement;
  statement.path_ = path_;
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  statement.statement_.reset(raw);
  if (code != SQLITE_OK) {
    return failure(database_.get(), path_);
  }
  return statement;
}

Status Database::run(std::string_view sql) const {
  Result<Statement> statement = prepare(sql);
  return statement ? statement->run() : fail(statement);
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  Result<Statement> statement = prepare(sql);
  if (!statement) {
    return fail(statement);
  }
  const Result<bool> row = statement->step();
  if (!row) {
    return fail(row);
  }
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::file_bytes() const {
  sqlite3_file* file = nullptr;
  sqlite3_int64 bytes = -1;
  const bool told = sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_FILE_POINTER,
                                         static_cast<void*>(&file)) == SQLITE_OK &&
                    file != nullptr && file->pMethods != nullptr &&
                    file->pMethods->xFileSize(file, &bytes) == SQLITE_OK;
  return told ? bytes : -1;
}

Result<Atomic> Atomic::begin(const Database& database) {
  // IMMEDIATE: whoever waits for the other waits here, not in the middle.
  if (const Status begun = database.run("BEGIN IMMEDIATE"); !begun) {
    return fail(begun);
  }
  return Atomic(database);
}

Status Atomic::commit() {
  const Status committed = database_->run("COMMIT");
  if (committed) {
    database_ = nullptr;
  }
  return committed;
}

Atomic::~Atomic() {
  if (database_ != nullptr) {
    // SQLite may have rolled back by itself; then this fails, and that is as good.
    static_cast<void>(database_->run("ROLLBACK").has_value());
  }
}

}  // namespace sectile
