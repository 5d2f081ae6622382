// Plans for fleets, measured: fewest GPUs, completion, a program by GPU in the same solver,
// compaction, static layouts. Prints rows for tools/bench; bench/README.md explains them.
// `fleet_bench quick` measures less of each.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
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
using sectile::Profile;
using sectile::Slot;
using sectile::fleet::Random;

constexpr const char* kFive[] = {"1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"};
constexpr double kGpusPerUnit = 0.4857;  // Of the uniform mix of the five, by the relaxation.

bool quick = false;

void row(std::string_view what, std::string_view unit, std::string_view ours,
         std::string_view floor = "-", std::string_view other = "-", std::string_view ratio = "-") {
  fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", what, unit, ours, floor, other, ratio);
  std::fflush(stdout);
}

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
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

void completion() {
  const unsigned gpus = quick ? 10'000 : 100'000;
  fmt::print(
      "# Completing {} GPUs of five models, partly in use: all that is wanted, on the fewest.\n",
      gpus);
  const std::vector<FleetGpu> fleet = partly_in_use(gpus);
  for (const std::int64_t part : {1, 2}) {
    std::vector<FleetWant> wants;
    for (const char* const label :
         {"1g.5gb", "1g.10gb", "1g.18gb", "1g.6gb", "2g.20gb", "3g.40gb", "7g.80gb", "3g.71gb"}) {
      wants.push_back({.what = sectile::ByProfile{label}, .count = gpus / 10 * part});
    }
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

// The usual program: a variable for each GPU, profile and start, and one that says it is used.
sectile::fleet::program::LinearProgram program_by_gpu(const Model& of,
                                                      std::span<const FleetWant> wants, int gpus) {
  using sectile::fleet::program::kInfinity;
  sectile::fleet::program::LinearProgram program;
  std::vector<int> demand_rows;
  for (const FleetWant& want : wants) {
    demand_rows.push_back(program.add_row(static_cast<double>(want.count), kInfinity));
  }
  for (int gpu = 0; gpu < gpus; ++gpu) {
    const int first = program.rows();
    for (int slice = 0; slice < of.memory_slices; ++slice) {
      program.add_row(-kInfinity, 0);  // What covers the slice, less whether the GPU is used.
    }
    program.add_column(1, 0, 1);
    for (int slice = 0; slice < of.memory_slices; ++slice) {
      program.add_entry(first + slice, -1);
    }
    for (std::size_t i = 0; i < wants.size(); ++i) {
      const Profile& profile = *sectile::substitutes(of, wants[i]).front().profile;
      for (const int start : profile.starts) {
        program.add_column(0, 0, 1);
        program.add_entry(demand_rows[i], 1);
        for (int slice = start; slice < start + profile.memory_slices; ++slice) {
          program.add_entry(first + slice, 1);
        }
      }
    }
  }
  return program;
}

void beside_program_by_gpu() {
  fmt::print(
      "# other: a variable for each GPU, profile and start, in the same solver, stopped after "
      "2,000 nodes.\n");
  const Model& of = model("a100-80gb");
  for (const int gpus : {10, 30, 100}) {
    Random random(static_cast<std::uint64_t>(gpus));
    const auto instances = static_cast<std::int64_t>(gpus * 0.95 / kGpusPerUnit);
    std::vector<FleetWant> wants;
    for (const char* const label : kFive) {
      wants.push_back({.what = sectile::ByProfile{label}, .count = instances / 5});
    }
    FleetPlan plan;
    const FleetRequest request{.goals = {Goal::kUnserved, Goal::kGpus},
                               .purchases = {{.model = &of, .count_max = gpus}}};
    const double ours = milliseconds([&] { plan = planned({}, wants, request); });
    const sectile::fleet::program::LinearProgram program = program_by_gpu(of, wants, gpus);
    sectile::Result<sectile::fleet::program::IntegerAnswer> answer;
    const double theirs = milliseconds([&] {
      answer = sectile::fleet::program::solve_integer(program, {.nodes = quick ? 50 : 2'000});
    });
    row(fmt::format("fewest of {} GPUs", gpus), "ms", fmt::format("{:.2f}", ours), "-",
        fmt::format("{:.0f}", theirs), fmt::format("{:.0f}", theirs / ours));
    row("", "GPUs", fmt::format("{}", plan.find(Goal::kGpus)->value),
        fmt::format("{}", plan.find(Goal::kGpus)->bound),
        answer ? fmt::format("{:.0f}", answer->objective) : "none found");
    row("", "gap, GPUs", fmt::format("{}", plan.find(Goal::kGpus)->gap()), "-",
        answer ? fmt::format("{:.2f}", answer->optimal ? 0 : answer->objective - answer->bound)
               : "-");
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
  fewest_gpus();
  completion();
  beside_program_by_gpu();
  compaction();
  static_layouts();
  return 0;
}
