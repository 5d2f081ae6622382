// StateFile: what Sectile remembers about a node from one run to the next, in one SQLite file:
// the journal of changes (journal.h), and documents by name, such as the saved layout.
// docs/formats/state.md says what is in it.
//
// What a write returned is on the disk: a power cut a moment later loses nothing of it. Several
// processes may use the file at once. Movable; not thread-safe.
//
// A file that is not sound is refused and left exactly as it is: truncated, no database, of a newer
// Sectile, of another program, writable for everybody, or owned by neither root nor the caller.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sectile/base/result.h"

namespace sectile {

class Database;  // Internal.

struct StateOptions {
  std::string directory = {};  // Empty: $SECTILE_STATE_DIR, or else /var/lib/sectile.
  std::string vfs = {};        // The SQLite file system to use; empty: the machine's.
};

class StateFile {
 public:
  using Options = StateOptions;

  // For reading and writing; directory and file are created if they are missing. Fails with
  // kPermission for a place that is not ours to write, and with kFailed for a file that is damaged
  // or newer, or for a full disk.
  static Result<StateFile> open(const Options& options = {});

  // For reading only, which anybody may; absent if nothing was ever written there.
  static Result<std::optional<StateFile>> open_to_read(const Options& options = {});

  StateFile(StateFile&&) noexcept;
  StateFile& operator=(StateFile&&) noexcept;
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  ~StateFile();

  // Documents: a text under a name, such as "saved-layout". At most 8 MiB.
  Result<std::optional<std::string>> get(const std::string& name) const;
  Status put(const std::string& name, const std::string& text);
  Status erase(const std::string& name);                                    // Absent is fine.
  Result<std::vector<std::string>> names(const std::string& prefix) const;  // Ascending.

  const std::string& path() const;       // Of the file.
  const std::string& directory() const;  // Where it is, and the lock beside it.

  // For the journal.
  const Database& database() const { return *database_; }

 private:
  StateFile(std::unique_ptr<Database> database, std::string directory);
  std::unique_ptr<Database> database_;
  std::string directory_;
};

}  // namespace sectile
