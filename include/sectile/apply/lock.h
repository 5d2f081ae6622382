// NodeLock: one change of a node at a time.
#pragma once

#include <string>

#include "sectile/base/result.h"

namespace sectile {

// Holds an advisory lock on a file in the state directory while it lives; released by the kernel if
// the process dies. The file says who holds it and since when.
class NodeLock {
 public:
  // `directory`: created if missing; $SECTILE_STATE_DIR or /var/lib/sectile if empty. Fails with
  // kBusy naming the holder's pid, command and start time, with kPermission or kFailed.
  static Result<NodeLock> acquire(const std::string& directory = {});

  NodeLock(NodeLock&& other) noexcept;
  NodeLock& operator=(NodeLock&& other) noexcept;
  NodeLock(const NodeLock&) = delete;
  NodeLock& operator=(const NodeLock&) = delete;
  ~NodeLock();

 private:
  explicit NodeLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace sectile
