#include <bit>
#include <queue>
#include <vector>

#include "bench/offline/questions.h"
#include "bench/offline/sections.h"
#include "bench/row.h"
#include "sectile/base/check.h"
#include "sectile/fleet/compact.h"
#include "sectile/fleet/random.h"
#include "sectile/geometry/fit.h"

namespace sectile::bench {
namespace {

constexpr double kGpusPerUnit = 0.4857;  // Of the uniform mix of the five, by the relaxation.

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
    double now = 0;
    while (now < lifetimes) {
      for (; !ends_.empty() && ends_.top().time <= now; ends_.pop()) {
        FleetGpu& gpu = fleet_[ends_.top().gpu];
        gpu.layout = gpu.layout.without(ends_.top().placement);
      }
      arrive(now);
      now += random_.exponential(1 / rate);
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
    Placement placement;
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

  fleet::Random random_;
  bool worst_fit_;
  std::vector<FleetGpu> fleet_;
  std::priority_queue<End> ends_;
};

}  // namespace

void print_compaction(bool quick) {
  const std::uint64_t seeds = quick ? 2 : 10;
  fmt::print(
      "# 100 A100 80GB after 30 lifetimes at load .5, uniform mix; other: before. Sums of {} "
      "seeds.\n",
      seeds);
  for (const bool worst_fit : {false, true}) {
    Objective gpus;
    Objective moves;
    std::int64_t before = 0;
    std::size_t stops = 0;
    std::size_t detours = 0;
    std::size_t waves = 0;
    double time = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const std::vector<FleetGpu> fleet = Churn(100, worst_fit, seed).run(0.5, 30);
      Result<Compaction> result;
      time += milliseconds([&] { result = compact(fleet, {.max_unavailable = 4}); });
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
    print_row({.what = worst_fit ? "compacting after worst-fit" : "compacting after first-fit",
               .unit = "GPUs",
               .ours = fmt::format("{}", gpus.value),
               .floor = fmt::format("{}", gpus.bound),
               .other = fmt::format("{}", before),
               .ratio = fmt::format(
                   "{:.2f}", static_cast<double>(before) / static_cast<double>(gpus.value))});
    print_row({.unit = "moves",
               .ours = fmt::format("{}", moves.value),
               .floor = fmt::format("{}", moves.bound)});
    print_row(
        {.unit = "detours, stops", .ours = fmt::format("{}, {}", detours, stops), .floor = "0, 0"});
    print_row({.unit = "waves of 4", .ours = fmt::format("{}", waves)});
    print_row(
        {.unit = "ms, mean", .ours = fmt::format("{:.1f}", time / static_cast<double>(seeds))});
  }
}

}  // namespace sectile::bench
