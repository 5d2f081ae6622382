// The fault sweep: NVML call N fails, for N = 1, 2, 3 and so on until a run in which none does.
//
// Each scenario is run twice over: once with every call in turn failing, whatever it is, and once
// with every call in turn of each function that changes something. Then somebody comes while the
// change is made, and it fails. $SECTILE_SWEEP says how much:
//     sample   the default, seconds: of each scenario some of the calls, each in one way
//     every    minutes: every call in one way, in rotation; every changing call in all ways
//     full     hours: every call in all ways
// $SECTILE_SWEEP_ONLY: the one scenario to run. A violation is printed with what repeats it.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "tests/faults/fault.h"
#include "tests/faults/judge.h"
#include "tests/faults/run.h"
#include "tests/faults/world.h"

namespace sectile::faults {
namespace {

constexpr int kViolationsShown = 20;
// How many runs of each scenario and kind of sweep a sample has: fewer of those that take longer.
constexpr std::uint64_t kSampleRuns = 16;
constexpr std::uint64_t kSampleCalls = 40'000;

enum class Extent { kSample, kEvery, kFull };

// One run: which call fails, and how.
struct Case {
  const char* function = "*";
  std::uint64_t call = 0;  // From 1, counted over that function's calls.
  Fault fault;

  // An error by which a driver says that it created nothing, where it did: what is there is taken
  // for somebody else's, and left to repair.
  bool disowns() const {
    constexpr std::string_view kRefusals[] = {"INSUFFICIENT_RESOURCES", "NOT_SUPPORTED",
                                              "INVALID_STATE", "NOT_FOUND"};
    return fault.done && std::string_view(function).find("Destroy") == std::string_view::npos &&
           std::ranges::find(kRefusals, fault.code) != std::end(kRefusals);
  }

  std::string text() const { return fault.script(function) + " at call " + std::to_string(call); }
};

// Arms the emulator's fault when the call comes; only then does the emulator count.
class Injector {
 public:
  Injector(World& world, const Case& one) : world_(world), case_(one) {}

  void tell(const char* function, bool over) {
    if (!armed_) {
      return;
    }
    if (*case_.function != '*' && std::strcmp(function, case_.function) != 0) {
      return;
    }
    calls_ += over ? 0 : 1;
    if (calls_ == case_.call && !over) {
      world_.set_faults(case_.fault.script(case_.function));
    } else if (calls_ == case_.call && !case_.fault.persistent) {
      world_.set_faults("");
    }
  }
  // From now on nothing fails.
  void disarm() {
    armed_ = false;
    world_.set_faults("");
  }
  std::uint64_t calls() const { return calls_; }

 private:
  World& world_;
  const Case& case_;
  std::uint64_t calls_ = 0;
  bool armed_ = true;
};

struct Sweep {
  explicit Sweep(Extent how_much) : extent(how_much) {}

  Extent extent;
  long long runs = 0;
  long long violations = 0;
  long long rolled_back = 0;
  long long not_restored = 0;

  void report(const World& world, const Case& one, const std::string& what) {
    violations += 1;
    if (violations <= kViolationsShown) {
      std::fprintf(stderr, "%s, %s: %s\n", world.scenario().name, one.text().c_str(), what.c_str());
    }
  }

  // A change that waits for a reset is finished as far as repair is concerned: somebody resets the
  // GPU, and the same change is made again.
  void check_repair(World& world, const Case& one, bool waits) {
    const NodeView waiting = world.look();
    const Status repaired = run_repair(world);
    if (!waits) {
      for (const std::string& what : judge_repair(world, repaired)) {
        report(world, one, what);
      }
      return;
    }
    if (!repaired || !same(waiting, world.look())) {
      report(world, one, "repair did something to what waits for a reset");
    }
    if (const Status again = run_again(world); !again || !alike(world.look(), world.after())) {
      report(world, one, "a reset and the same change again did not bring the new layout");
    }
  }

  // How many calls there were of the kind that the case is about.
  std::uint64_t run(World& world, const Case& one) {
    runs += 1;
    world.restore();
    Injector injector(world, one);
    Result<Node> node =
        open_node([&](const Call& call) { injector.tell(call.function, call.over); });
    if (!node) {
      report(world, one, "no node: " + node.error().message);
      return 0;
    }
    const Status outcome = run_change(world, *node);
    injector.disarm();
    rolled_back += !outcome && outcome.error().code == ErrorCode::kRolledBack ? 1 : 0;
    not_restored += !outcome && outcome.error().code == ErrorCode::kNotRestored ? 1 : 0;
    for (const std::string& what : judge_change(world, outcome)) {
      report(world, one, what);
    }
    // One call that fails once is never reason enough to leave a node half done.
    if (!one.fault.persistent && !one.disowns() && !outcome &&
        outcome.error().code == ErrorCode::kNotRestored) {
      report(world, one, "one failure was enough: " + outcome.error().message);
    }
    const std::uint64_t calls = injector.calls();
    check_repair(world, one, !outcome && waits_for_reset(outcome.error()));
    return calls;
  }

  // Calls of `function` in turn. `seed` makes samples differ.
  void sweep(World& world, const char* function, std::uint64_t seed, bool all_ways) {
    const std::uint64_t calls = run(world, {.function = function, .call = 0, .fault = {}});
    if (*function == '*') {
      sample_ = std::clamp<std::uint64_t>(kSampleCalls / calls, 4, kSampleRuns);
    }
    const std::uint64_t ways = all_faults().size();
    const std::uint64_t cases = calls * ways;
    // Without all ways: those of the cases (call, way) of which each call has one.
    const std::uint64_t wanted = extent == Extent::kSample ? std::min(sample_, cases)
                                 : all_ways                ? cases
                                                           : calls;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const std::uint64_t at = wanted == cases ? i : i * cases / wanted;
      const std::uint64_t way = wanted == cases ? at % ways : (i * 7 + seed) % ways;
      run(world, {.function = function, .call = at / ways + 1, .fault = all_faults()[way]});
    }
  }

 private:
  std::uint64_t sample_ = kSampleRuns;
};

// When somebody comes while the change is made, and starts to work in the youngest instance.
enum class Comes {
  // After the n-th instance has come, and from then on nothing can be created: what is in use
  // stays,
  // and the error names what therefore differs.
  kIntoNew,
  // After the n-th thing was destroyed: into one that may be the next.
  kIntoOld,
};

class Latecomer {
 public:
  Latecomer(World& world, Comes comes, int moment) : world_(world), comes_(comes), left_(moment) {}

  void tell(const Call& call) {
    if (!call.over) {
      return;
    }
    // The driver refuses to destroy what is in use, but nobody may count on being refused.
    driver_was_asked_ =
        driver_was_asked_ || (came() && call.is("Destroy") && call.result == NVML_ERROR_IN_USE);
    const bool counts = comes_ == Comes::kIntoNew
                            ? call.is("nvmlGpuInstanceCreateComputeInstance")
                            : call.is("Destroy") && call.result == NVML_SUCCESS;
    left_ -= counts && !came() ? 1 : 0;
    if (counts && left_ == 0 && !came()) {
      come();
    }
  }
  bool came() const { return occupied_.has_value(); }
  bool stayed() const { return occupied_ && world_.is_there(*occupied_); }
  bool driver_was_asked() const { return driver_was_asked_; }

 private:
  void come() {
    occupied_ = world_.occupy_youngest();
    if (comes_ == Comes::kIntoNew) {
      world_.set_faults("call=nvmlDeviceCreateGpuInstanceWithPlacement return=UNKNOWN persistent");
    }
  }

  World& world_;
  Comes comes_;
  int left_;
  bool driver_was_asked_ = false;
  std::optional<World::Occupied> occupied_;
};

// Whether there is an n-th moment.
bool run_latecomer(Sweep& sweep, World& world, Comes comes, int moment) {
  const Case one{.function = comes == Comes::kIntoNew ? "latecomer" : "latecomer among the old",
                 .call = static_cast<std::uint64_t>(moment),
                 .fault = {}};
  world.restore();
  Latecomer latecomer(world, comes, moment);
  Result<Node> node = open_node([&](const Call& call) { latecomer.tell(call); });
  const Status outcome = node ? run_change(world, *node) : fail(node);
  world.set_faults("");
  if (!latecomer.came()) {
    return false;
  }
  sweep.runs += 1;
  for (const std::string& what : judge_change(world, outcome)) {
    sweep.report(world, one, what);
  }
  const bool stayed = latecomer.stayed();
  for (const std::string& what : judge_repair(world, run_repair(world))) {
    sweep.report(world, one, what);
  }
  if (!stayed || !latecomer.stayed()) {
    sweep.report(world, one, "an instance was destroyed that somebody had begun to use");
  }
  if (latecomer.driver_was_asked()) {
    sweep.report(world, one, "only the driver kept what somebody had begun to use");
  }
  return true;
}

void run_scenario(Sweep& sweep, const Scenario& scenario, std::uint64_t seed) {
  World world(scenario);
  const long long before = sweep.runs;
  sweep.sweep(world, "*", seed,
              sweep.extent == Extent::kFull);  // First: it says how long a run is.
  const long long any = sweep.runs - before;
  for (const char* const function : changing_functions()) {
    sweep.sweep(world, function, seed, true);
  }
  for (const Comes comes : {Comes::kIntoNew, Comes::kIntoOld}) {
    for (int moment = 1; run_latecomer(sweep, world, comes, moment); ++moment) {
    }
  }
  std::printf("%-26s %6lld runs, any call; %6lld, changing calls\n", scenario.name, any,
              sweep.runs - before - any);
  std::fflush(stdout);
}

int run_all() {
  const std::string only = setting("SECTILE_SWEEP_ONLY");
  const std::string extent = setting("SECTILE_SWEEP");
  Sweep sweep(extent == "full"    ? Extent::kFull
              : extent == "every" ? Extent::kEvery
                                  : Extent::kSample);
  std::uint64_t seed = 0;
  for (const Scenario& scenario : scenarios()) {
    seed += 11;
    if (only.empty() || only == scenario.name) {
      run_scenario(sweep, scenario, seed);
    }
  }
  std::printf(
      "fault sweep: %zu transitions, %lld runs (%lld rolled back, %lld not restored), "
      "%lld violations\n",
      scenarios().size(), sweep.runs, sweep.rolled_back, sweep.not_restored, sweep.violations);
  return sweep.violations == 0 && sweep.runs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace sectile::faults

int main() {
  return sectile::faults::run_all();
}
