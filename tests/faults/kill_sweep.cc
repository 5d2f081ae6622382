// The kill sweep: a process that changes a node is killed, or the machine loses power, at every
// boundary between two steps; then repair brings the old layout or the new one, and a second repair
// finds nothing to do.
//
// A boundary is before and after each write, sync, truncation and deletion of the state file, and
// before and after each NVML call that changes something. $SECTILE_KILLS says how many boundaries
// of each scenario are tried, evenly spread, 0 for all of them; $SECTILE_RANDOM_KILLS how many
// processes are killed at no particular moment. $SECTILE_SWEEP_ONLY: the one scenario to run.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <random>
#include <string>
#include <string_view>

#include "tests/faults/fault.h"
#include "tests/faults/judge.h"
#include "tests/faults/power_cut.h"
#include "tests/faults/run.h"
#include "tests/faults/world.h"

namespace sectile::faults {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kBoundaries = 10;  // Of each scenario and way to end.
constexpr std::uint64_t kRandomKills = 500;
constexpr std::uint64_t kNever = UINT64_MAX;

// How the process ends at the boundary.
enum class End {
  kKilled,
  kPowerLost,        // The GPUs keep what is on them: harder than what really happens.
  kPowerLostInPart,  // Some of what was not synced is on the disk all the same.
  kRestarted,        // The machine starts anew, as it does after a power cut.
};

constexpr End kEnds[] = {End::kKilled, End::kPowerLost, End::kPowerLostInPart, End::kRestarted};

std::string_view name_of(End end) {
  switch (end) {
    case End::kKilled:
      return "killed";
    case End::kPowerLost:
      return "power cut";
    case End::kPowerLostInPart:
      return "power cut, some writes kept,";
    case End::kRestarted:
      return "power cut and restart";
  }
  return "";
}

// What is done in the process that ends.
enum class Work { kChange, kRepair };

struct Case {
  Work work = Work::kChange;
  End end = End::kKilled;
  std::uint64_t boundary = kNever;
};

// Lives in memory that parent and child map.
struct Shared {
  std::atomic<std::uint64_t> boundaries;  // That the child has come to.
};

Shared& shared() {
  static Shared& shared = [] -> Shared& {
    void* const memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      std::abort();
    }
    return *new (memory) Shared();
  }();
  return shared;
}

bool is_changing(const char* function) {
  return std::ranges::any_of(changing_functions(),
                             [&](const char* one) { return std::string_view(one) == function; });
}

void reach_boundary(const Case& one) {
  if (++shared().boundaries != one.boundary) {
    return;
  }
  if (one.end != End::kKilled) {
    PowerCut::cut(one.end == End::kPowerLostInPart ? PowerCut::Loss::kSome : PowerCut::Loss::kAll,
                  static_cast<unsigned>(one.boundary));
  }
  ::kill(::getpid(), SIGKILL);
}

// The process that may end early.
pid_t start(World& world, const Case& one) {
  shared().boundaries = 0;
  const pid_t pid = ::fork();
  if (pid != 0) {
    return pid;
  }
  PowerCut::set_hook([&](const char*, bool) { reach_boundary(one); });
  const RunOptions options{.vfs = PowerCut::install(), .hook = [&](const Call& call) {
                             if (is_changing(call.function)) {
                               reach_boundary(one);
                             }
                           }};
  if (one.work == Work::kRepair) {
    ::_exit(run_repair(world, options) ? 0 : 1);
  }
  Result<Node> node = open_node(options.hook);
  ::_exit(node && run_change(world, *node, options) ? 0 : 1);
}

struct Sweep {
  long long killed = 0;
  long long power_cuts = 0;
  long long random_kills = 0;
  long long violations = 0;
  int shown = 0;

  void report(const World& world, const Case& one, const std::string& what) {
    violations += 1;
    if (shown++ < 20) {
      std::fprintf(stderr, "%s, %s of %s at boundary %lld: %s\n", world.scenario().name,
                   std::string(name_of(one.end)).c_str(),
                   one.work == Work::kChange ? "a change" : "a repair",
                   static_cast<long long>(one.boundary), what.c_str());
    }
  }

  // Repairs what was left, twice, and then makes the change after all.
  void check(World& world, const Case& one) {
    if (one.end == End::kRestarted) {
      check_restart(world, one);
    } else {
      for (const std::string& what : judge_repair(world, run_repair(world))) {
        report(world, one, what);
      }
    }
    const NodeView after = world.look();
    const std::string state = world.state_bytes();
    const Status again = run_repair(world);
    if (!again) {
      report(world, one, "a second repair failed: " + again.error().message);
    }
    if (!same(after, world.look()) || state != world.state_bytes()) {
      report(world, one, "a second repair did something");
    }
    if (const Status changed = run_again(world); !changed) {
      report(world, one, "no change is possible after repair: " + changed.error().message);
    } else if (!alike(world.look(), world.after())) {
      report(world, one, "a change after repair did not bring the new layout");
    }
  }

  // A restart took all instances away: repair closes the entry and leaves the GPUs alone.
  void check_restart(World& world, const Case& one) {
    world.restart();
    const NodeView started = world.look();
    const Status repaired = run_repair(world);
    if (!repaired) {
      report(world, one, "repair failed: " + repaired.error().message);
    }
    if (!same(started, world.look())) {
      report(world, one, "repair did something to a machine that was restarted");
    }
  }

  // Whether the process ended at the boundary and not by itself.
  bool run(World& world, const Case& one) {
    int status = 0;
    ::waitpid(start(world, one), &status, 0);
    const bool cut_off = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!cut_off && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
      report(world, one, "the process ended with status " + std::to_string(status));
    }
    return cut_off;
  }

  // To where the work begins: a repair at a change that was cut off.
  void prepare(World& world, Work work) {
    world.restore();
    if (work == Work::kRepair) {
      run(world, {.work = Work::kChange, .end = End::kKilled, .boundary = middle_});
    }
  }

  std::uint64_t boundaries(World& world, Work work) {
    prepare(world, work);
    run(world, {.work = work, .end = End::kKilled, .boundary = kNever});
    return shared().boundaries;
  }

  void sweep(World& world, Work work, std::uint64_t wanted) {
    const std::uint64_t all = boundaries(world, work);
    if (work == Work::kChange) {
      middle_ = all * 3 / 4;
    }
    const std::uint64_t count = wanted == 0 ? all : std::min(all, wanted);
    for (const End end : kEnds) {
      for (std::uint64_t i = 0; i < count; ++i) {
        // Each way to end begins a little later, so that together they try more boundaries.
        const std::uint64_t shift =
            wanted == 0 ? 0 : static_cast<std::uint64_t>(end) * all / (std::size(kEnds) * count);
        const Case one{.work = work, .end = end, .boundary = i * all / count + shift + 1};
        prepare(world, work);
        if (run(world, one)) {
          (end == End::kKilled ? killed : power_cuts) += 1;
        }
        check(world, one);
      }
    }
  }

  // Killed at any moment between the beginning and a little after the end.
  void kill_at_random(World& world, std::uint64_t count, unsigned seed) {
    std::mt19937 random(seed);
    const Case one{.work = Work::kChange, .end = End::kKilled, .boundary = kNever};
    world.restore();
    const steady_clock::time_point begin = steady_clock::now();
    run(world, one);
    const auto lasts = std::chrono::duration_cast<microseconds>(steady_clock::now() - begin);
    check(world, one);
    for (std::uint64_t i = 0; i < count; ++i) {
      world.restore();
      const pid_t pid = start(world, one);
      ::usleep(static_cast<useconds_t>(random() % static_cast<unsigned>(lasts.count() + 1)));
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
      random_kills += 1;
      check(world, one);
    }
  }

 private:
  std::uint64_t middle_ = 0;  // Where the change is cut off that a repair is about.
};

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const std::string text = setting(name);
  return text.empty() ? otherwise : std::strtoull(text.c_str(), nullptr, 10);
}

bool is_swept(const Scenario& scenario, const std::string& only) {
  return only.empty() ? scenario.killed : only == scenario.name;
}

int run_all() {
  PowerCut::install();
  const std::string only = setting("SECTILE_SWEEP_ONLY");
  const std::uint64_t wanted = number("SECTILE_KILLS", kBoundaries);
  const std::uint64_t random_kills = number("SECTILE_RANDOM_KILLS", kRandomKills);
  const auto count = static_cast<std::uint64_t>(
      std::ranges::count_if(scenarios(), [&](const Scenario& one) { return is_swept(one, only); }));
  Sweep sweep;
  unsigned seed = 0;
  for (const Scenario& scenario : scenarios()) {
    if (!is_swept(scenario, only)) {
      continue;
    }
    World world(scenario);
    sweep.sweep(world, Work::kChange, wanted);
    sweep.sweep(world, Work::kRepair, wanted / 2);
    sweep.kill_at_random(world, random_kills / count + 1, ++seed);
    std::printf("%-26s %lld killed, %lld power cuts, %lld killed at random\n", scenario.name,
                sweep.killed, sweep.power_cuts, sweep.random_kills);
    std::fflush(stdout);
  }
  std::printf(
      "kill sweep: %lld killed at a boundary, %lld power cuts, %lld killed at random, "
      "%lld violations\n",
      sweep.killed, sweep.power_cuts, sweep.random_kills, sweep.violations);
  return sweep.violations == 0 && sweep.killed > 0 && sweep.power_cuts > 0 ? 0 : 1;
}

}  // namespace
}  // namespace sectile::faults

int main() {
  return sectile::faults::run_all();
}
