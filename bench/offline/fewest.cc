#include <algorithm>
#include <string>
#include <vector>

#include "bench/offline/questions.h"
#include "bench/offline/sections.h"
#include "bench/row.h"
#include "sectile/fleet/plan.h"

namespace sectile::bench {
void print_fewest_gpus(bool quick) {
  fmt::print(
      "# Fewest A100 80GB for a random demand of five profiles, from the demand to the layouts.\n");
  const int demands = quick ? 20 : 200;
  for (const std::int64_t instances : {1'000, 10'000, 100'000, 1'000'000}) {
    fleet::Random random(static_cast<std::uint64_t>(instances));
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
    print_row({.what = what,
               .unit = "ms, median",
               .ours = fmt::format("{:.2f}", times[times.size() / 2])});
    print_row({.unit = "ms, slowest",
               .ours = fmt::format("{:.2f}", times.back()),
               .other = "10.00",
               .ratio = fmt::format("{:.1f}", 10 / times.back())});
    print_row({.unit = "proven optimal",
               .ours = fmt::format("{}", proven),
               .floor = fmt::format("{}", demands)});
  }
}

}  // namespace sectile::bench
