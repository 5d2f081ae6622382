#include <algorithm>
#include <string>
#include <vector>

#include "bench/offline/questions.h"
#include "bench/offline/sections.h"
#include "bench/row.h"
#include "sectile/base/check.h"
#include "sectile/fleet/plan.h"
#include "sectile/geometry/fit.h"
#include "src/fleet/program/solver.h"

namespace sectile::bench {
namespace {

// The usual program: a variable for each GPU, profile and start, and one that says whether an empty
// GPU is used. What goes without costs more than all GPUs.
class ByGpu {
 public:
  ByGpu(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants) : wants_(wants) {
    for (const FleetWant& want : wants) {
      program_.add_row(static_cast<double>(want.count), fleet::program::kInfinity);
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

  const fleet::program::LinearProgram& program() const { return program_; }

 private:
  void add(const FleetGpu& gpu) {
    const int first = program_.rows();
    const bool is_empty = gpu.layout.empty();
    for (int slice = 0; slice < gpu.model->memory_slices; ++slice) {
      program_.add_row(-fleet::program::kInfinity,
                       is_empty ? 0 : 1);  // What covers it, less whether it is used.
    }
    if (is_empty) {
      program_.add_column(1, 0, 1);
      for (int slice = 0; slice < gpu.model->memory_slices; ++slice) {
        program_.add_entry(first + slice, -1);
      }
    }
    for (std::size_t i = 0; i < wants_.size(); ++i) {
      for (const Substitute& by : substitutes(*gpu.model, wants_[i])) {
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
  fleet::program::LinearProgram program_;
};

// One fleet and demand both ways: the sum of times, costs and gaps.
struct Beside {
  double ours_ms = 0;
  double theirs_ms = 0;
  std::int64_t ours_cost = 0;
  std::int64_t ours_bound = 0;
  double theirs_cost = 0;
  double theirs_gap = 0;

  void add(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants, int nodes) {
    FleetPlan plan;
    const FleetRequest request{.goals = {Goal::kUnserved, Goal::kGpus}};
    ours_ms += milliseconds([&] { plan = planned(fleet, wants, request); });
    const ByGpu by_gpu(fleet, wants);
    Result<fleet::program::IntegerAnswer> answer;
    theirs_ms += milliseconds([&] { answer = solve_integer(by_gpu.program(), {.nodes = nodes}); });
    SECTILE_CHECK(answer.has_value());
    const auto in_use =
        std::ranges::count_if(fleet, [](const FleetGpu& gpu) { return !gpu.layout.empty(); });
    const auto weight = static_cast<std::int64_t>(fleet.size() + 1);
    const Objective& unserved = objective(plan, Goal::kUnserved);
    const Objective& gpus = objective(plan, Goal::kGpus);
    ours_cost += unserved.value * weight + gpus.value - in_use;
    ours_bound += unserved.bound * weight + gpus.bound - in_use;
    theirs_cost += answer->objective;
    theirs_gap += answer->optimal ? 0 : answer->objective - answer->bound;
  }

  void print(const std::string& what) const {
    print_row({.what = what,
               .unit = "ms",
               .ours = fmt::format("{:.1f}", ours_ms),
               .other = fmt::format("{:.1f}", theirs_ms),
               .ratio = fmt::format("{:.1f}", theirs_ms / ours_ms)});
    print_row({.unit = "cost",
               .ours = fmt::format("{}", ours_cost),
               .floor = fmt::format("{}", ours_bound),
               .other = fmt::format("{:.0f}", theirs_cost)});
    print_row({.unit = "gap",
               .ours = fmt::format("{}", ours_cost - ours_bound),
               .floor = "0",
               .other = fmt::format("{:.2f}", theirs_gap)});
  }
};

}  // namespace

void print_beside_gpu_program(bool quick) {
  const int nodes = quick ? 50 : 2'000;
  fmt::print(
      "# other: a variable for each GPU, profile and start, in the same solver, at most {} nodes; "
      "sums of 5 random demands. Cost: GPUs, and what is unserved above all.\n",
      nodes);
  for (const unsigned gpus : {10U, 30U, 100U}) {
    std::vector<FleetGpu> empty = partly_in_use(gpus);
    for (FleetGpu& gpu : empty) {
      gpu.model = &model("a100-80gb");
      gpu.layout = Layout();
      gpu.busy = 0;
    }
    fleet::Random random(gpus);
    Beside fewest;
    for (int i = 0; i < 5; ++i) {
      fewest.add(empty, random_demand(random, static_cast<std::int64_t>(gpus * 1.6)), nodes);
    }
    fewest.print(fmt::format("fewest of {} GPUs", gpus));
  }
  for (const unsigned gpus : {10U, 30U, 100U}) {
    Beside completing;
    completing.add(partly_in_use(gpus), wanted_more(gpus, 1), nodes);
    completing.print(fmt::format("completing {} mixed GPUs", gpus));
  }
}

}  // namespace sectile::bench
