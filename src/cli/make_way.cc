#include "src/cli/make_way.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "src/apply/process_handle.h"
#include "src/cli/change_text.h"
#include "src/cli/duration.h"
#include "src/cli/host.h"
#include "src/cli/who_text.h"

namespace sectile::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kLook = seconds(5);                // Between two looks at the driver.
constexpr seconds kRepeat = seconds(60);             // Between two words to somebody who waits.
constexpr milliseconds kSettle = milliseconds(200);  // The driver lets go a little later.

std::set<std::uint32_t> pids_of(const ChangePlan& plan) {
  std::set<std::uint32_t> pids;
  for (const BlockedInstance& blocked : plan.blocked) {
    for (const GpuProcess& process : blocked.holders) {
      pids.insert(process.pid);
    }
  }
  return pids;
}

// Says whom it waits for when that changes, and now and then.
class Teller {
 public:
  Teller(const Session& session, steady_clock::time_point deadline)
      : session_(session), deadline_(deadline) {}

  void tell(const Prepared& prepared) {
    std::set<std::uint32_t> pids = pids_of(prepared.plan);
    const auto now = steady_clock::now();
    if (pids == told_ && now < again_) {
      return;
    }
    const seconds left = std::chrono::ceil<seconds>(deadline_ - now);
    session_.say(fmt::format(
        "waiting for {}, {} left:\n{}",
        pids.size() == 1 ? "a process" : fmt::format("{} processes", pids.size()),
        duration_text(std::max(left, seconds(0))), blocked_text(prepared.plan, prepared.holders)));
    told_ = std::move(pids);
    again_ = now + kRepeat;
  }

 private:
  const Session& session_;
  steady_clock::time_point deadline_;
  steady_clock::time_point again_;
  std::set<std::uint32_t> told_;
};

std::vector<ProcessHandle> handles_of(const Prepared& prepared) {
  const std::set<std::uint32_t> pids = pids_of(prepared.plan);
  std::vector<ProcessHandle> handles;
  for (const Holder& holder : prepared.holders.holders) {
    if (pids.contains(holder.pid)) {
      handles.emplace_back(holder.pid, holder.start_time);
    }
  }
  return handles;
}

// The GPUs that the change concerns and that the holder keeps from anything: "0, 3".
std::string obstructed(const Holder& holder, const ChangePlan& plan) {
  std::string gpus;
  for (const GpuChange& change : plan.changes) {
    const bool holds = std::ranges::any_of(holder.holds, [&](const Hold& hold) {
      return (hold.gpu == change.uuid || hold.kind == HoldKind::kKernel) &&
             obstruction(hold) != Obstruction();
    });
    if (holds && !change.empty()) {
      gpus += (gpus.empty() ? "" : ", ") + std::to_string(change.index);
    }
  }
  return gpus;
}

}  // namespace

Result<Patience> read_patience(const Arguments& arguments) {
  Patience patience;
  patience.evict = arguments.has("evict");
  if (arguments.has("wait")) {
    const Result<seconds> wait = parse_duration(arguments.text("wait"), "wait");
    if (!wait) {
      return fail(wait);
    }
    patience.wait = *wait;
  }
  if (arguments.has("grace")) {
    if (!patience.evict) {
      return fail(ErrorCode::kInvalidArgument, "--grace is how long --evict waits",
                  "add --evict, or leave --grace out");
    }
    const Result<seconds> grace = parse_duration(arguments.text("grace"), "grace");
    if (!grace) {
      return fail(grace);
    }
    patience.grace = *grace;
  }
  return patience;
}

Result<Prepared> wait_for_holders(const Session& session, const Request& request, Prepared prepared,
                                  seconds time) {
  const auto deadline = steady_clock::now() + time;
  Teller teller(session, deadline);
  while (!prepared.plan.blocked.empty()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left <= milliseconds(0)) {
      break;
    }
    teller.tell(prepared);
    const std::vector<ProcessHandle> handles = handles_of(prepared);
    ProcessHandle::wait_for_any(handles, std::min<milliseconds>(left, kLook));
    ProcessHandle::wait_for_any({}, std::min<milliseconds>(left, kSettle));
    Result<Prepared> again = prepare_change(request, session.arguments, session.worker);
    if (!again) {
      return again;
    }
    prepared = *std::move(again);
  }
  return prepared;
}

Result<EvictionPlan> eviction_of(const Prepared& prepared) {
  EvictionPlan plan = plan_eviction(prepared.plan.blocked, prepared.holders, host_paths());
  if (!plan.refused.empty()) {
    return fail(ErrorCode::kBusy,
                fmt::format("not everybody in the way is to be evicted, and nobody was:\n  {}",
                            fmt::join(plan.refused, "\n  ")),
                "free these as their lines say, then apply again");
  }
  return plan;
}

Error with_suspects(Error error, const Prepared& prepared) {
  const bool refused = error.code == ErrorCode::kBusy || error.code == ErrorCode::kRolledBack ||
                       error.code == ErrorCode::kUnavailable;
  if (!refused || error.message.find("in use") == std::string::npos) {
    return error;
  }
  std::string suspects;
  for (const Holder& holder : find_holders(*prepared.now, host_paths()).holders) {
    if (const std::string gpus = obstructed(holder, prepared.plan); !gpus.empty()) {
      suspects += fmt::format("\n  gpu {}: {}", gpus, holder_line(holder));
    }
  }
  if (!suspects.empty()) {
    error.message += "\nwho has its GPUs open:" + suspects;
  }
  return error;
}

std::string victims_text(const std::vector<Victim>& victims) {
  std::string text;
  for (const Victim& victim : victims) {
    text += fmt::format("  end pid {}  {}  {}\n      in {}\n", victim.pid, victim.user,
                        victim.command, victim.place);
  }
  return text;
}

Result<Prepared> evict_holders(const Session& session, const Request& request,
                               const Prepared& prepared, const std::vector<Victim>& agreed,
                               seconds grace) {
  Result<EvictionPlan> plan = eviction_of(prepared);
  if (!plan) {
    return fail(plan);
  }
  // Whoever came since was not named.
  std::erase_if(plan->victims, [&](const Victim& victim) {
    return std::ranges::none_of(agreed, [&](const Victim& one) {
      return one.pid == victim.pid && one.start_time == victim.start_time;
    });
  });
  const Status evicted =
      evict(plan->victims, grace, [&](const std::string& what) { session.say(what); });
  if (!evicted) {
    return fail(evicted);
  }
  ProcessHandle::wait_for_any({}, kSettle);
  return prepare_change(request, session.arguments, session.worker);
}

}  // namespace sectile::cli
