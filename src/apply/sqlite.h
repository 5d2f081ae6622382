// SQLite in the terms of this project: a database and a prepared statement that close themselves,
// and errors that say what to do.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sectile/base/result.h"

namespace sectile {

// Not thread-safe. Texts read are at most kMaxTextBytes: more than that is no state of ours.
class Statement {
 public:
  Statement() = default;  // Of no use until assigned to.

  // Parameters are numbered by the order of the calls, from 1.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind_null();

  // true: there is a row; false: the end.
  Result<bool> step();
  // Steps to the end of a statement that gives no rows.
  Status run();

  // Columns of the row, from 0. NULL is 0 or empty.
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string path_;
  int bound_ = 0;
};

class Database {
 public:
  struct Options {
    std::string path;
    bool writable = true;
    bool create = false;
    std::string vfs = {};  // Empty: SQLite's own.
  };

  // Opens and configures; reads nothing yet. Fails with kPermission if a database is to be written
  // that cannot be.
  static Result<Database> open(const Options& options);

  Result<Statement> prepare(std::string_view sql) const;
  // One statement without parameters or rows.
  Status run(std::string_view sql) const;
  // One statement without parameters that gives one number.
  Result<std::int64_t> number(std::string_view sql) const;

  // Of the file, as the file system that is used has it; -1 if it does not say.
  std::int64_t file_bytes() const;

  std::int64_t last_id() const { return sqlite3_last_insert_rowid(database_.get()); }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

// A group of statements that happen together or not at all; taken back unless committed.
class Atomic {
 public:
  static Result<Atomic> begin(const Database& database);
  Status commit();

  Atomic(Atomic&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Atomic& operator=(Atomic&&) = delete;
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;
  ~Atomic();

 private:
  explicit Atomic(const Database& database) : database_(&database) {}
  const Database* database_;
};

}  // namespace sectile
