// The fault sweep: NVML call N fails, for N = 1, 2, 3 and so on until a run in which none does.
//
// Each scenario is run twice over: once with every call in turn failing, whatever it is, and once
// with every call in turn of each function that changes something. $SECTILE_SWEEP says how much:
//     sample   the default, seconds: of each scenario some of the calls, each in one way
//     every    minutes: every call in one way, in rotation; every changing call in all ways
//     full     hours: every call in all ways
// $SECTILE_SWEEP_ONLY: the one scenario to run. A violation is printed with what repeats it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/faults/fault.h"
#include "tests/faults/judge.h"
#include "tests/faults/world.h"

namespace sectile::faults {
namespace {

constexpr int kViolationsShown = 20;
constexpr std::uint64_t kSampleRuns = 55;  // Runs of each scenario and kind of sweep, about.

enum class Extent { kSample, kEvery, kFull };

std::string setting(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? value : "";
}

// One run: which call fails, and how.
// The driver is asked again at once.
class NoWaiting : public Clock {
 public:
  Time now() override { return now_; }
  void sleep(std::chrono::milliseconds time) override { now_ += time; }

 private:
  Time now_;
};

struct Case {
  const char* function = "*";
  std::uint64_t call = 0;  // From 1, counted over that function's calls.
  Fault fault;

  std::string text() const { return fault.script(function) + " at call " + std::to_string(call); }
};

// Arms the emulator's fault when the call comes; only then does the emulator count.
class Injector {
 public:
  Injector(World& world, const Case& one) : world_(world), case_(one) {}

  void tell(const char* function, bool over) {
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
  std::uint64_t calls() const { return calls_; }

 private:
  World& world_;
  const Case& case_;
  std::uint64_t calls_ = 0;
};

struct Sweep {
  Extent extent = Extent::kSample;
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

  // How many calls there were of the kind that the case is about.
  std::uint64_t run(World& world, const Case& one) {
    runs += 1;
    world.restore();
    Injector injector(world, one);
    Result<Node> node =
        open_node([&](const char* function, bool over) { injector.tell(function, over); });
    if (!node) {
      report(world, one, "no node: " + node.error().message);
      return 0;
    }
    NoWaiting clock;
    const Result<Applied> applied =
        execute(*node, world.plan(), {.reset = world.reset(), .clock = &clock});
    world.set_faults("");
    const Status outcome = applied ? Status{} : fail(applied);
    rolled_back += !outcome && outcome.error().code == ErrorCode::kRolledBack ? 1 : 0;
    not_restored += !outcome && outcome.error().code == ErrorCode::kNotRestored ? 1 : 0;
    for (const std::string& what : judge_change(world, outcome)) {
      report(world, one, what);
    }
    return injector.calls();
  }

  // Calls of `function` in turn. `seed` makes samples differ.
  void sweep(World& world, const char* function, std::uint64_t seed, bool all_ways) {
    const std::uint64_t calls = run(world, {.function = function, .call = 0, .fault = {}});
    const std::uint64_t ways = all_faults().size();
    const std::uint64_t cases = calls * ways;
    // Without all ways: those of the cases (call, way) of which each call has one.
    const std::uint64_t wanted = extent == Extent::kSample ? std::min(kSampleRuns, cases)
                                 : all_ways                ? cases
                                                           : calls;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const std::uint64_t at = wanted == cases ? i : i * cases / wanted;
      const std::uint64_t way = wanted == cases ? at % ways : (i * 7 + seed) % ways;
      run(world, {.function = function, .call = at / ways + 1, .fault = all_faults()[way]});
    }
  }
};

void run_scenario(Sweep& sweep, const Scenario& scenario, std::uint64_t seed,
                  const std::filesystem::path& folder) {
  World world(scenario, folder);
  const long long before = sweep.runs;
  sweep.sweep(world, "*", seed, sweep.extent == Extent::kFull);
  const long long any = sweep.runs - before;
  for (const char* const function : changing_functions()) {
    sweep.sweep(world, function, seed, true);
  }
  std::printf("%-26s %6lld runs, any call; %6lld, changing calls\n", scenario.name, any,
              sweep.runs - before - any);
  std::fflush(stdout);
}

int run_all() {
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path folder =
      (std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()) /
      ("sectile-faults-" + std::to_string(getpid()));
  const std::string only = setting("SECTILE_SWEEP_ONLY");
  const std::string extent = setting("SECTILE_SWEEP");
  Sweep sweep{.extent = extent == "full"    ? Extent::kFull
                        : extent == "every" ? Extent::kEvery
                                            : Extent::kSample};
  std::uint64_t seed = 0;
  for (const Scenario& scenario : scenarios()) {
    seed += 11;
    if (only.empty() || only == scenario.name) {
      run_scenario(sweep, scenario, seed, folder);
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
