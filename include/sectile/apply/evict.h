// Ending processes that are in the way of a change, where somebody said so.
//
// Only those who hold an instance that must go, and of these only users' programs: what serves the
// machine (DCGM, a display, the fabric manager) is refused, with the way to stop it. A process is
// known by pid and start time, so no signal ever reaches one that got the pid later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/apply/holders.h"
#include "sectile/base/result.h"

namespace sectile {

struct Victim {
  std::uint32_t pid = 0;
  std::uint64_t start_time = 0;
  std::string user;
  std::string command;
  std::string place;  // "3g.40gb@4 of gpu 0"

  friend bool operator==(const Victim&, const Victim&) = default;
};

struct EvictionPlan {
  std::vector<Victim> victims;       // Ascending pid.
  std::vector<std::string> refused;  // Who is in the way and is not to be ended: sentences.
};

// Who would have to end for `blocked` to be free. Reads /proc to find the ancestors of the calling
// process, which are refused too.
EvictionPlan plan_eviction(const std::vector<BlockedInstance>& blocked, const Holders& holders,
                           const HostPaths& paths);

// Told what happens to whom: "pid 41 (python train.py): asked to end".
using EvictionNews = std::function<void(const std::string&)>;

// Asks each to end (SIGTERM), waits for at most `grace`, and ends who is left (SIGKILL). Those that
// are gone, or whose pid is another process by now, are left alone and count as done. Fails with
// kPermission if one may not be signalled, and then signals none; with kBusy if one does not end
// even so, as a process that hangs in the driver.
Status evict(const std::vector<Victim>& victims, std::chrono::milliseconds grace,
             const EvictionNews& news = {});

}  // namespace sectile
