#include "sectile/apply/evict.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

#include "src/apply/process_handle.h"
#include "src/apply/process_info.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kDeath = milliseconds(10000);  // From SIGKILL until the driver has let go.
constexpr int kAncestorsMax = 1000;

// The calling process and those it descends from.
std::set<std::uint32_t> ancestors(const std::string& proc) {
  std::set<std::uint32_t> found;
  auto pid = static_cast<std::uint32_t>(::getpid());
  for (int i = 0; i < kAncestorsMax && pid != 0 && found.insert(pid).second; ++i) {
    const std::optional<ProcessStat> stat = read_stat(proc, pid);
    pid = stat ? stat->parent : 0;
  }
  return found;
}

std::string name_of(const Holder& holder) {
  return "pid " + std::to_string(holder.pid) + " (" +
         (holder.client.empty() ? holder.command : holder.client + ": " + holder.command) + ")";
}

// Why it is not to be ended; empty if it may be.
std::string refusal(const Holder& holder, const std::set<std::uint32_t>& own) {
  if (!holder.visible) {
    return name_of(holder) + " does not exist here: " + holder.way;
  }
  if (holder.pid <= 1 || own.contains(holder.pid)) {
    return name_of(holder) + " is what this command runs in: do it from somewhere else";
  }
  return holder.system ? name_of(holder) + " serves the machine: " + holder.way : std::string();
}

void tell(const EvictionNews& news, std::uint32_t pid, const std::string& what) {
  if (news) {
    news("pid " + std::to_string(pid) + ": " + what);
  }
}

bool anybody(const std::vector<ProcessHandle>& handles) {
  return std::ranges::any_of(handles, &ProcessHandle::alive);
}

void wait(const std::vector<ProcessHandle>& handles, milliseconds time) {
  const auto end = steady_clock::now() + time;
  while (anybody(handles) && steady_clock::now() < end) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    ProcessHandle::wait_for_any(handles, left);
  }
}

Status signal_all(const std::vector<ProcessHandle>& handles, int signal, const EvictionNews& news,
                  const std::string& what) {
  for (const ProcessHandle& handle : handles) {
    if (!handle.alive()) {
      continue;
    }
    if (!what.empty()) {
      tell(news, handle.pid(), what);
    }
    if (const Status sent = handle.send(signal); !sent) {
      return fail(sent);
    }
  }
  return {};
}

}  // namespace

EvictionPlan plan_eviction(const std::vector<BlockedInstance>& blocked, const Holders& holders,
                           const HostPaths& paths) {
  std::map<std::uint32_t, std::string> places;
  for (const BlockedInstance& one : blocked) {
    for (const GpuProcess& process : one.holders) {
      std::string& place = places[process.pid];
      place += (place.empty() ? "" : ", ") + one.profile + "@" +
               std::to_string(one.placement.start) + " of gpu " + std::to_string(one.gpu_index);
    }
  }
  const std::set<std::uint32_t> own = ancestors(paths.processes);
  EvictionPlan plan;
  for (const Holder& holder : holders.holders) {
    const auto place = places.find(holder.pid);
    if (holder.pid == 0 || place == places.end()) {
      continue;
    }
    if (const std::string why = refusal(holder, own); !why.empty()) {
      plan.refused.push_back(why);
      continue;
    }
    plan.victims.push_back({.pid = holder.pid,
                            .start_time = holder.start_time,
                            .user = holder.user,
                            .command = holder.command,
                            .place = place->second});
  }
  std::ranges::sort(plan.victims, {}, &Victim::pid);
  return plan;
}

Status evict(const std::vector<Victim>& victims, milliseconds grace, const EvictionNews& news) {
  std::vector<ProcessHandle> handles;
  handles.reserve(victims.size());
  for (const Victim& victim : victims) {
    handles.emplace_back(victim.pid, victim.start_time);
  }
  if (const Status allowed = signal_all(handles, 0, news, ""); !allowed) {
    return allowed;
  }
  if (const Status asked = signal_all(handles, SIGTERM, news, "asked to end"); !asked) {
    return asked;
  }
  // Who is stopped could not hear it.
  if (const Status woken = signal_all(handles, SIGCONT, news, ""); !woken) {
    return woken;
  }
  wait(handles, grace);
  if (const Status ended = signal_all(handles, SIGKILL, news, "did not end, and is killed");
      !ended) {
    return ended;
  }
  wait(handles, kDeath);
  std::string left;
  for (const ProcessHandle& handle : handles) {
    if (handle.alive()) {
      left += (left.empty() ? "pid " : ", pid ") + std::to_string(handle.pid());
    }
  }
  return left.empty() ? Status{}
                      : fail(ErrorCode::kBusy, left + " was killed and has not ended",
                             "it hangs in the driver: `dmesg` may say why; a reset of the GPU or a "
                             "reboot is what is left");
}

}  // namespace sectile
