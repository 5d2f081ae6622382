#include <string>
#include <vector>

#include "bench/offline/questions.h"
#include "bench/offline/sections.h"
#include "bench/row.h"
#include "sectile/fleet/plan.h"

namespace sectile::bench {
void print_completion(bool quick) {
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
    print_row({.what = what,
               .unit = "ms",
               .ours = fmt::format("{:.0f}", time),
               .other = "1000",
               .ratio = fmt::format("{:.1f}", 1000 / time)});
    print_row({.unit = "GPUs in use",
               .ours = fmt::format("{}", objective(plan, Goal::kGpus).value),
               .floor = fmt::format("{}", objective(plan, Goal::kGpus).bound)});
    print_row({.unit = "instances unserved",
               .ours = fmt::format("{}", objective(plan, Goal::kUnserved).value),
               .floor = fmt::format("{}", objective(plan, Goal::kUnserved).bound)});
    fmt::print("# {} states, {} layouts weighed\n", plan.states, plan.patterns);
  }
}

}  // namespace sectile::bench
