// PowerCut: a file system for SQLite that remembers what was synced, so that a test can cut the
// power: what was not synced is lost, or some of it is.
//
// One for the process, since SQLite's file systems are. Not thread-safe. For databases with a
// rollback journal; it offers no shared memory, so there is no WAL.
#pragma once

#include <cstdint>
#include <functional>

namespace sectile::faults {

class PowerCut {
 public:
  // Registers it with SQLite under this name. Call it before use; again does nothing.
  static const char* install();

  // Told before each write, truncation, sync or deletion, and when that is over.
  using Hook = std::function<void(const char* operation, bool over)>;
  static void set_hook(Hook hook);

  enum class Loss : std::uint8_t {
    kAll,   // Nothing that was not synced is on the disk.
    kSome,  // Each write that was not synced is, is not, or is in part: disks reorder.
  };
  // Makes the files what they would be after a power cut at this moment. The process must not use
  // them any more.
  static void cut(Loss loss, unsigned seed);
};

}  // namespace sectile::faults
