// Plans for fleets, measured: fewest GPUs, completion, a program by GPU in the same solver,
// compaction, static layouts. Prints rows for tools/bench; bench/README.md explains them.
// `fleet_bench quick` measures less of each.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <ctime>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/fleet/compact.h"
#include "sectile/fleet/plan.h"
#include "sectile/fleet/random.h"
#include "sectile/fleet/static_mix.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "src/fleet/program/solver.h"

namespace {

using sectile::FleetGpu;
using sectile::FleetPlan;
using sectile::FleetRequest;
using sectile::FleetWant;
using sectile::Goal;
using sectile::Layout;
using sectile::Model;
using sectile::Objective;
using sectile::Profile;
using sectile::Slot;
using sectile::fleet::Random;
using sectile::fleet::program::IntegerAnswer;
using sectile::fleet::program::kInfinity;
using sectile::fleet::program::LinearProgram;

constexpr const char* kFive[] = {"1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"};
constexpr double kGpusPerUnit = 0.4857;  // Of the uniform mix of the five, by the relaxation.

bool quick = false;

void row(std::string_view what, std::string_view unit, std::string_view ours,
         std::string_view floor = "-", std::string_view other = "-", std::string_view ratio = "-") {
  fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", what, unit, ours, floor, other, ratio);
  std::fflush(stdout);
}

// Of the processor: what is measured has one thread, and the machine may be busy.
double milliseconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) * 1000.0 / CLOCKS_PER_SEC;
}

const Model& model(std::string_view name) {
  return **sectile::find_model(name);
}

std::int64_t below(Random& random, std::int64_t bound) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
}

// A random vector of demands that sums up to about `instances`.
std::vector<FleetWant> random_demand(Random& random, std::int64_t instances) {
  std::vector<double> shares;
  double sum = 0;
  for ([[maybe_unused]] const char* const label : kFive) {
    shares.push_back(random.exponential(1));
    sum += shares.back();
  }
  std::vector<FleetWant> wants;
  for (std::size_t i = 0; i < std::size(kFive); ++i) {
    const auto count = static_cast<std::int64_t>(shares[i] / sum * static_cast<double>(instances));
    wants.push_back({.what = sectile::ByProfile{kFive[i]}, .count = count});
  }
  return wants;
}

FleetPlan planned(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                  const FleetRequest& request) {
  auto plan = sectile::plan_fleet(fleet, wants, request);
  SECTILE_CHECK(plan.has_value());
  return std::move(*plan);
}

void fewest_gpus() {
  fmt::print(
      "# Fewest A100 80GB for a random demand of five profiles, from the demand to the layouts.\n");
  const int demands = quick ? 20 : 200;
  for (const std::int64_t instances : {1'000, 10'000, 100'000, 1'000'000}) {
    Random random(static_cast<std::uint64_t>(instances));
    std::vector<double> times;
    int proven = 0;
    for (int i = 0; i < demands; ++i) {
      const std::vector<FleetWant> wants = random_demand(random, instances);
      const FleetRequest request{.goals = {Goal::kUnserved, Goal::kGpus},
                                 .purchases = {{.model = &model("a100-80gb")}}};
      FleetPlan plan;
      times.push_back(milliseconds([&] { plan = planned({}, wants, request); }));
      proven += plan.optimal() && plan.serves_all() ? 1 : 0;
    }
    std::ranges::sort(times);
    const std::string what = fmt::format("fewest GPUs for {} instances", instances);
    row(what, "ms, median", fmt::format("{:.2f}", times[times.size() / 2]));
    row("", "ms, slowest", fmt::format("{:.2f}", times.back()), "-", "10.00",
        fmt::format("{:.1f}", 10 / times.back()));
    row("", "proven optimal", fmt::format("{}", proven), fmt::format("{}", demands));
  }
}

// A fleet of five models, partly in use at random.
std::vector<FleetGpu> partly_in_use(unsigned gpus) {
  constexpr const char* kModels[] = {"a100-40gb", "a100-80gb", "h100-80gb-sxm5", "h200-141gb",
                                     "a30-24gb"};
  Random random(1);
  std::vector<FleetGpu> fleet;
  for (unsigned i = 0; i < gpus; ++i) {
    FleetGpu gpu{.name = fmt::format("gpu{}", i),
                 .node = fmt::format("node{}", i / 8),
                 .index = i % 8,
                 .model = &model(kModels[i % std::size(kModels)])};
    for (std::int64_t tries = below(random, 6); tries > 0; --tries) {
      const auto& profiles = gpu.model->profiles;
      const Profile& profile = profiles[random.below(profiles.size())];
      const std::vector<int> starts = free_starts(*gpu.model, gpu.layout, profile);
      if (profile.media == sectile::Media::kPlain && !starts.empty()) {
        gpu.layout = *gpu.layout.with_unchecked(Slot(profile, starts[random.below(starts.size())]));
      }
    }
    gpu.busy = static_cast<std::uint8_t>((1U << gpu.layout.size()) - 1U);
    fleet.push_back(std::move(gpu));
  }
  return fleet;
}

// A tenth of the GPUs, `part` times, of each of eight profiles.
std::vector<FleetWant> wanted_more(std::int64_t gpus, std::int64_t part) {
  std::vector<FleetWant> wants;
  for (const char* const label :
       {"1g.5gb", "1g.10gb", "1g.18gb", "1g.6gb", "2g.20gb", "3g.40gb", "7g.80gb", "3g.71gb"}) {
    wants.push_back({.what = sectile::ByProfile{label}, .count = gpus * part / 10});
  }
  return wants;
}

void completion() {
  const unsigned gpus = quick ? 10'000 : 100'000;
  fmt::print(
      "# Completing {} GPUs of five models, partly in use: all that is wanted, on the fewest.\n",
      gpus);
  const std::vector<FleetGpu> fleet = partly_in_use(gpus);
  for (const std::int64_t part : {1, 2}) {
    const std::vector<FleetWant> wants = wanted_more(gpus, part);
    FleetPlan plan;
    const double time = milliseconds([&] { plan = planned(fleet, wants, {}); });
    const std::string what =
        fmt::format("{} instances more", wants.size() * gpus / 10 * static_cast<std::size_t>(part));
    row(what, "ms", fmt::format("{:.0f}", time), "-", "1000", fmt::format("{:.1f}", 1000 / time));
    row("", "GPUs in use", fmt::format("{}", plan.find(Goal::kGpus)->value),
        fmt::format("{}", plan.find(Goal::kGpus)->bound));
    row("", "instances unserved", fmt::format("{}", plan.find(Goal::kUnserved)->value),
        fmt::format("{}", plan.find(Goal::kUnserved)->bound));
    fmt::print("# {} states, {} layouts weighed\n", plan.states, plan.patterns);
  }
}

// The usual program: a variable for each GPU, profile and start, and one that says whether an empty
// GPU is used. What goes without costs more than all GPUs.
class ByGpu {
 public:
  ByGpu(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants) : wants_(wants) {
    for (const FleetWant& want : wants) {
      program_.add_row(static_cast<double>(want.count), kInfinity);
    }
    for (std::size_t i = 0; i < wants.size(); ++i) {
      program_.add_column(static_cast<double>(fleet.size() + 1), 0,
                          static_cast<double>(wants[i].count));
      program_.add_entry(static_cast<int>(i), 1);
    }
    for (const FleetGpu& gpu : fleet) {
      add(gpu);
    }
  }

  const LinearProgram& program() const { return program_; }

 private:
  void add(const FleetGpu& gpu) {
    const int first = program_.rows();
    const bool is_empty = gpu.layout.empty();
    for (int slice = 0; slice < gpu.model->memory_slices; ++slice) {
      program_.add_row(-kInfinity, is_empty ? 0 : 1);  // What covers it, less whether it is used.
    }
    if (is_empty) {
      program_.add_column(1, 0, 1);
      for (int slice = 0; slice < gpu.model->memory_slices; ++slice) {
        program_.add_entry(first + slice, -1);
      }
    }
    for (std::size_t i = 0; i < wants_.size(); ++i) {
      for (const sectile::Substitute& by : substitutes(*gpu.model, wants_[i])) {
        for (const int start : free_starts(*gpu.model, gpu.layout, *by.profile)) {
          add_instance(static_cast<int>(i), first + start, by.profile->memory_slices);
        }
      }
    }
  }

  // That may be there or not: it serves the want, and covers slices from the row on.
  void add_instance(int want, int row, int memory_slices) {
    program_.add_column(0, 0, 1);
    program_.add_entry(want, 1);
    for (int slice = 0; slice < memory_slices; ++slice) {
      program_.add_entry(row + slice, 1);
    }
  }

  std::span<const FleetWant> wants_;
  LinearProgram program_;
};

// One fleet and demand both ways: the sum of times, costs and gaps.
struct Beside {
  double ours_ms = 0;
  double theirs_ms = 0;
  std::int64_t ours_cost = 0;
  std::int64_t ours_bound = 0;
  double theirs_cost = 0;
  double theirs_gap = 0;

  void add(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants) {
    FleetPlan plan;
    const FleetRequest request{.goals = {Goal::kUnserved, Goal::kGpus}};
    ours_ms += milliseconds([&] { plan = planned(fleet, wants, request); });
    const ByGpu by_gpu(fleet, wants);
    sectile::Result<IntegerAnswer> answer;
    theirs_ms += milliseconds(
        [&] { answer = solve_integer(by_gpu.program(), {.nodes = quick ? 50 : 2'000}); });
    SECTILE_CHECK(answer.has_value());
    const auto in_use =
        std::ranges::count_if(fleet, [](const FleetGpu& gpu) { return !gpu.layout.empty(); });
    const auto weight = static_cast<std::int64_t>(fleet.size() + 1);
    const Objective& unserved = *plan.find(Goal::kUnserved);
    const Objective& gpus = *plan.find(Goal::kGpus);
    ours_cost += unserved.value * weight + gpus.value - in_use;
    ours_bound += unserved.bound * weight + gpus.bound - in_use;
    theirs_cost += answer->objective;
    theirs_gap += answer->optimal ? 0 : answer->objective - answer->bound;
  }

  void print(const std::string& what) const {
    row(what, "ms", fmt::format("{:.1f}", ours_ms), "-", fmt::format("{:.1f}", theirs_ms),
        fmt::format("{:.1f}", theirs_ms / ours_ms));
    row("", "cost", fmt::format("{}", ours_cost), fmt::format("{}", ours_bound),
        fmt::format("{:.0f}", theirs_cost));
    row("", "gap", fmt::format("{}", ours_cost - ours_bound), "0",
        fmt::format("{:.2f}", theirs_gap));
  }
};

void beside_program_by_gpu() {
  fmt::print(
      "# other: a variable for each GPU, profile and start, in the same solver, at most 2,000 "
      "nodes; sums of 5 random demands. Cost: GPUs, and what is unserved above all.\n");
  for (const unsigned gpus : {10U, 30U, 100U}) {
    std::vector<FleetGpu> empty = partly_in_use(gpus);
    for (FleetGpu& gpu : empty) {
      gpu.model = &model("a100-80gb");
      gpu.layout = Layout();
      gpu.busy = 0;
    }
    Random random(gpus);
    Beside fewest;
    for (int i = 0; i < 5; ++i) {
      fewest.add(empty, random_demand(random, static_cast<std::int64_t>(gpus * 1.6)));
    }
    fewest.print(fmt::format("fewest of {} GPUs", gpus));
  }
  for (const unsigned gpus : {10U, 30U, 100U}) {
    Beside completing;
    completing.add(partly_in_use(gpus), wanted_more(gpus, 1));
    completing.print(fmt::format("completing {} mixed GPUs", gpus));
  }
}

// The loss model on one GPU after another: who comes takes a place or is lost, and leaves again.
class Churn {
 public:
  Churn(unsigned gpus, bool worst_fit, std::uint64_t seed) : random_(seed), worst_fit_(worst_fit) {
    for (unsigned i = 0; i < gpus; ++i) {
      fleet_.push_back({.name = fmt::format("gpu{}", i),
                        .node = fmt::format("node{}", i / 8),
                        .index = i % 8,
                        .model = &model("a100-80gb")});
    }
  }

  std::vector<FleetGpu> run(double load, double lifetimes) {
    const double rate = load * static_cast<double>(fleet_.size()) / kGpusPerUnit;
    for (double now = 0; now < lifetimes; now += random_.exponential(1 / rate)) {
      for (; !ends_.empty() && ends_.top().time <= now; ends_.pop()) {
        FleetGpu& gpu = fleet_[ends_.top().gpu];
        gpu.layout = gpu.layout.without(ends_.top().placement);
      }
      arrive(now);
    }
    for (FleetGpu& gpu : fleet_) {
      gpu.busy = static_cast<std::uint8_t>((1U << gpu.layout.size()) - 1U);
    }
    return fleet_;
  }

 private:
  struct End {
    double time;
    std::size_t gpu;
    sectile::Placement placement;
    bool operator<(const End& other) const { return time > other.time; }
  };

  void arrive(double now) {
    const Model& of = *fleet_.front().model;
    const Profile& profile = *of.find_by_name(kFive[random_.below(std::size(kFive))]);
    std::size_t best = fleet_.size();
    int best_free = -1;
    for (std::size_t i = 0; i < fleet_.size(); ++i) {
      if (free_starts(of, fleet_[i].layout, profile).empty()) {
        continue;
      }
      const int free = of.memory_slices - std::popcount(fleet_[i].layout.used());
      if (best == fleet_.size() || (worst_fit_ && free > best_free)) {
        best = i;
        best_free = free;
      }
      if (!worst_fit_) {
        break;
      }
    }
    if (best == fleet_.size()) {
      return;
    }
    Layout& layout = fleet_[best].layout;
    const Slot slot(profile, free_starts(of, layout, profile).front());
    layout = *layout.with_unchecked(slot);
    ends_.push({.time = now + random_.exponential(1), .gpu = best, .placement = slot.placement()});
  }

  Random random_;
  bool worst_fit_;
  std::vector<FleetGpu> fleet_;
  std::priority_queue<End> ends_;
};

void compaction() {
  fmt::print(
      "# 100 A100 80GB after 30 lifetimes at load .5, uniform mix; other: before. Sums of 10 "
      "seeds.\n");
  const std::uint64_t seeds = quick ? 2 : 10;
  for (const bool worst_fit : {false, true}) {
    sectile::Objective gpus;
    sectile::Objective moves;
    std::int64_t before = 0;
    std::size_t stops = 0;
    std::size_t detours = 0;
    std::size_t waves = 0;
    double time = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const std::vector<FleetGpu> fleet = Churn(100, worst_fit, seed).run(0.5, 30);
      sectile::Result<sectile::Compaction> result;
      time += milliseconds([&] { result = sectile::compact(fleet, {.max_unavailable = 4}); });
      SECTILE_CHECK(result.has_value());
      before += result->gpus_before;
      gpus.value += result->gpus.value;
      gpus.bound += result->gpus.bound;
      moves.value += result->moves.value;
      moves.bound += result->moves.bound;
      stops += result->stops;
      detours += result->detours;
      waves += result->waves;
    }
    row(worst_fit ? "compacting after worst-fit" : "compacting after first-fit", "GPUs",
        fmt::format("{}", gpus.value), fmt::format("{}", gpus.bound), fmt::format("{}", before),
        fmt::format("{:.2f}", static_cast<double>(before) / static_cast<double>(gpus.value)));
    row("", "moves", fmt::format("{}", moves.value), fmt::format("{}", moves.bound));
    row("", "detours, stops", fmt::format("{}, {}", detours, stops), "0, 0");
    row("", "waves of 4", fmt::format("{}", waves));
    row("", "ms, mean", fmt::format("{:.1f}", time / static_cast<double>(seeds)));
  }
}

std::vector<FleetWant> mix_of(const std::vector<std::int64_t>& shares) {
  std::vector<FleetWant> mix;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    mix.push_back({.what = sectile::ByProfile{kFive[i]}, .count = shares[i]});
  }
  return mix;
}

double accepted(std::span<const FleetWant> mix, const std::vector<std::pair<const char*, int>>& cut,
                double offered) {
  const Model& of = model("a100-80gb");
  Layout layout;
  for (const auto& [name, start] : cut) {
    layout = *layout.with_unchecked(Slot(*of.find_by_name(name), start));
  }
  const sectile::StaticLayout all[] = {{.model = &of, .layout = layout, .count = 100}};
  return sectile::expect_static(mix, all, offered)->accepted_slices;
}

void static_layouts() {
  fmt::print(
      "# 100 A100 80GB cut once, load .85; slices carried in %, by Erlang's formula; floor: no "
      "static layouts carry more.\n");
  const struct {
    const char* name;
    std::vector<std::int64_t> shares;
    double gpus_per_unit;
  } mixes[] = {{"uniform", {1, 1, 1, 1, 1}, 0.4857},
               {"skew-small", {80, 10, 5, 3, 2}, 0},
               {"bimodal", {50, 0, 0, 0, 50}, 0}};
  for (const auto& [name, shares, known] : mixes) {
    std::vector<FleetWant> mix = mix_of(shares);
    std::vector<FleetWant> million = mix;
    std::int64_t sum = 0;
    for (FleetWant& want : million) {
      want.count *= 10'000;
      sum += want.count;
    }
    const FleetPlan all = planned(
        {}, million,
        {.goals = {Goal::kUnserved, Goal::kGpus}, .purchases = {{.model = &model("a100-80gb")}}});
    const double per_unit =
        static_cast<double>(all.find(Goal::kGpus)->value) / static_cast<double>(sum);
    const double offered = 0.85 * 100 / per_unit;
    sectile::Result<sectile::StaticPlan> plan;
    const double time = milliseconds([&] {
      plan = sectile::plan_static(
          mix, {.gpus = {{.model = &model("a100-80gb"), .count = 100}}, .offered = offered});
    });
    SECTILE_CHECK(plan.has_value());
    const double ours = plan->outcome.accepted_slices * 100;
    const double most = (1 - static_cast<double>(plan->lost.bound) / plan->offered) * 100;
    const double balanced =
        accepted(mix, {{"3g.40gb", 4}, {"2g.20gb", 0}, {"1g.10gb", 2}, {"1g.10gb", 3}}, offered) *
        100;
    double small = 0;
    {
      std::vector<std::pair<const char*, int>> ones;
      for (int start = 0; start < 7; ++start) {
        ones.emplace_back("1g.10gb", start);
      }
      small = accepted(mix, ones, offered) * 100;
    }
    row(fmt::format("{}, beside all-balanced", name), "% of slices", fmt::format("{:.2f}", ours),
        fmt::format("{:.2f}", most), fmt::format("{:.2f}", balanced));
    row(fmt::format("{}, beside all-1g", name), "% of slices", fmt::format("{:.2f}", ours),
        fmt::format("{:.2f}", most), fmt::format("{:.2f}", small));
    row("", "% by count", fmt::format("{:.2f}", plan->outcome.accepted_count * 100));
    row("", "ms", fmt::format("{:.1f}", time));
  }
}

}  // namespace

int main(int argc, char** argv) {
  quick = argc > 1 && std::string_view(argv[1]) == "quick";
  fmt::print("# Times are of the processor, in one thread.\n");
  fewest_gpus();
  completion();
  beside_program_by_gpu();
  compaction();
  static_layouts();
  return 0;
}
