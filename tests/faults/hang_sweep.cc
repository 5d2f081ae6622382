// The hang sweep: a call into the driver never returns, each call that changes something in turn
// and some of those that look. The process is given up, the error names the call, and repair brings
// the old layout or the new one. $SECTILE_HANGS: how many calls of each scenario that only look.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sectile/apply/worker.h"
#include "tests/faults/fault.h"
#include "tests/faults/judge.h"
#include "tests/faults/run.h"
#include "tests/faults/world.h"

namespace sectile::faults {
namespace {

using How = WorkerEnd::How;

constexpr std::chrono::milliseconds kLimit(150);
constexpr std::uint64_t kLooks = 3;

struct Silent : WorkerListener {
  void wrote(int, std::string_view) override {}
  void waits(const WorkerCall&) override {}
  void stops(int) override {}
};

bool is_changing(std::string_view function) {
  return std::ranges::any_of(changing_functions(),
                             [&](const char* one) { return one == function; });
}

// Which call hangs: the n-th of those that change something, or of those that do not.
struct Case {
  bool changing = true;
  std::uint64_t call = 0;
};

struct Sweep {
  long long runs = 0;
  long long violations = 0;

  void report(const World& world, const Case& one, const std::string& what) {
    violations += 1;
    std::fprintf(stderr, "%s, %s call %llu hangs: %s\n", world.scenario().name,
                 one.changing ? "changing" : "looking", static_cast<unsigned long long>(one.call),
                 what.c_str());
  }

  // In the worker. The answer is how many calls of the kind there were.
  static std::string change(World& world, const Case& one, WorkerSide& side) {
    std::uint64_t calls = 0;
    Result<Node> node = open_node(
        [&](const Call& call) {
          if (!call.over && is_changing(call.function) == one.changing && ++calls == one.call) {
            world.set_faults("call=" + std::string(call.function) + " hang");
          }
        },
        &side);
    if (!node) {
      return "";
    }
    side.changing(true);
    static_cast<void>(run_change(world, *node).has_value());
    return std::to_string(calls);
  }

  // How many calls there were; 0 if it hung.
  std::uint64_t run(World& world, const Case& one) {
    world.restore();
    Silent listener;
    const Result<WorkerEnd> end = run_worker(
        [&](WorkerSide& side) { return change(world, one, side); },
        {.call = kLimit, .slow_call = kLimit, .death = std::chrono::seconds(10), .kill = {}},
        listener);
    world.set_faults("");
    if (!end) {
      report(world, one, end.error().message);
      return 0;
    }
    if (one.call == 0) {
      return end->how == How::kAnswered ? std::stoull(end->answer) : 0;
    }
    runs += 1;
    if (end->how != How::kHung || end->call.name.empty()) {
      report(world, one, "the worker did not hang, or nobody knows in which call");
    }
    for (const std::string& what : judge_repair(world, run_repair(world))) {
      report(world, one, what);
    }
    return 0;
  }

  void sweep(World& world, std::uint64_t looks) {
    const std::uint64_t changing = run(world, {.changing = true, .call = 0});
    for (std::uint64_t call = 1; call <= changing; ++call) {
      run(world, {.changing = true, .call = call});
    }
    const std::uint64_t looking = run(world, {.changing = false, .call = 0});
    for (std::uint64_t i = 0; i < std::min(looks, looking); ++i) {
      run(world, {.changing = false, .call = looking * i / looks + 1});
    }
  }
};

// Small ones, of every model; each hang costs its time limit.
constexpr std::string_view kHung[] = {"a100-off", "a30-engines", "h100-compute-instances",
                                      "rtx-on"};

int run_all() {
  const std::string only = setting("SECTILE_SWEEP_ONLY");
  const std::string looks = setting("SECTILE_HANGS");
  Sweep sweep;
  for (const Scenario& scenario : scenarios()) {
    const bool wanted = only.empty() ? std::ranges::find(kHung, scenario.name) != std::end(kHung)
                                     : only == scenario.name;
    if (wanted) {
      World world(scenario);
      sweep.sweep(world, looks.empty() ? kLooks : std::strtoull(looks.c_str(), nullptr, 10));
    }
  }
  std::printf("hang sweep: %lld calls hung, %lld violations\n", sweep.runs, sweep.violations);
  return sweep.violations == 0 && sweep.runs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace sectile::faults

int main() {
  return sectile::faults::run_all();
}
