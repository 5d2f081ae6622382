// Store: the Node of a state directory, shared by all processes that use it.
//
// The file holds two copies of the Node. A writer takes the lock, changes the copy that is not in
// use, and makes it the one in use by a single aligned atomic store; so a process that is killed at
// any instant leaves the old state or the new one, and since the kernel drops the lock with the
// process, never a lock. (Power cuts are another matter: nothing is synced to disk.)
//
// Thread-safe. Survives fork: the child opens the file anew, so that it never shares its parent's
// lock. Do not call a Store from inside its own callback.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sectile/base/result.h"
#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

class Store {
 public:
  // Makes the directory if need be, and the state file in it, which must not exist yet. Fails with
  // kInvalidArgument if the node is not consistent(), kFailed if the file cannot be written.
  static Status create(const std::string& directory, const Node& node);

  // Fails with kUnavailable if there is no state file, kPermission if it cannot be opened for
  // writing, kStale if another version of the emulator wrote it, kFailed if it is not a state file.
  static Result<Store> open(const std::string& directory);

  Store(Store&& other) noexcept;
  Store& operator=(Store&& other) noexcept;
  ~Store();

  // Runs `look` on the state and returns what it returns. No process writes meanwhile.
  nvmlReturn_t read(const std::function<nvmlReturn_t(const Node&)>& look);

  // Runs `change` on a copy of the state. The copy becomes the state if `change` returns
  // NVML_SUCCESS and left it consistent(); otherwise nothing happened (NVML_ERROR_UNKNOWN for an
  // inconsistent one, which is a defect of the emulator).
  nvmlReturn_t write(const std::function<nvmlReturn_t(Node&)>& change);

  // The same, but nothing is kept: for a call that reports success and does nothing.
  nvmlReturn_t write_and_discard(const std::function<nvmlReturn_t(Node&)>& change);

  const std::string& directory() const;

 private:
  struct File;
  explicit Store(std::unique_ptr<File> file);

  std::unique_ptr<File> file_;
};

}  // namespace sectile::emulator
