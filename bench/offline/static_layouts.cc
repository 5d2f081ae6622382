#include <utility>
#include <vector>

#include "bench/offline/questions.h"
#include "bench/offline/sections.h"
#include "bench/row.h"
#include "sectile/base/check.h"
#include "sectile/fleet/static_mix.h"

namespace sectile::bench {
namespace {

std::vector<FleetWant> mix_of(const std::vector<std::int64_t>& shares) {
  std::vector<FleetWant> mix;
  mix.reserve(shares.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    mix.push_back({.what = ByProfile{kFive[i]}, .count = shares[i]});
  }
  return mix;
}

// GPUs for an instance of the mix, where everything may be packed anew.
double gpus_per_unit(std::vector<FleetWant> mix) {
  std::int64_t sum = 0;
  for (FleetWant& want : mix) {
    want.count *= 10'000;
    sum += want.count;
  }
  const FleetPlan plan = planned(
      {}, mix,
      {.goals = {Goal::kUnserved, Goal::kGpus}, .purchases = {{.model = &model("a100-80gb")}}});
  return static_cast<double>(objective(plan, Goal::kGpus).value) / static_cast<double>(sum);
}

// % of the slices, of so many instances at once, with that layout on each GPU.
double accepted(std::span<const FleetWant> mix, const std::vector<std::pair<const char*, int>>& cut,
                double offered) {
  const Model& of = model("a100-80gb");
  Layout layout;
  for (const auto& [name, start] : cut) {
    layout = *layout.with_unchecked(Slot(*of.find_by_name(name), start));
  }
  const StaticLayout all[] = {{.model = &of, .layout = layout, .count = 100}};
  return 100 * expect_static(mix, all, offered)->accepted_slices;
}

}  // namespace

void print_static_layouts() {
  fmt::print(
      "# 100 A100 80GB cut once, load .85; slices carried in %, by Erlang's formula; floor: no "
      "static layouts carry more.\n");
  const struct {
    const char* name;
    std::vector<std::int64_t> shares;
  } mixes[] = {{"uniform", {1, 1, 1, 1, 1}},
               {"skew-small", {80, 10, 5, 3, 2}},
               {"bimodal", {50, 0, 0, 0, 50}}};
  for (const auto& [name, shares] : mixes) {
    const std::vector<FleetWant> mix = mix_of(shares);
    const double offered = 0.85 * 100 / gpus_per_unit(mix);
    Result<StaticPlan> plan;
    const double time = milliseconds([&] {
      plan = plan_static(
          mix, {.gpus = {{.model = &model("a100-80gb"), .count = 100}}, .offered = offered});
    });
    SECTILE_CHECK(plan.has_value());
    const double ours = plan->outcome.accepted_slices * 100;
    const double most = (1 - static_cast<double>(plan->lost.bound) / plan->offered) * 100;
    const double balanced =
        accepted(mix, {{"3g.40gb", 4}, {"2g.20gb", 0}, {"1g.10gb", 2}, {"1g.10gb", 3}}, offered);
    std::vector<std::pair<const char*, int>> ones;
    ones.reserve(7);
    for (int start = 0; start < 7; ++start) {
      ones.emplace_back("1g.10gb", start);
    }
    const double small = accepted(mix, ones, offered);
    print_row({.what = fmt::format("{}, beside all-balanced", name),
               .unit = "% of slices",
               .ours = fmt::format("{:.2f}", ours),
               .floor = fmt::format("{:.2f}", most),
               .other = fmt::format("{:.2f}", balanced)});
    print_row({.what = fmt::format("{}, beside all-1g", name),
               .unit = "% of slices",
               .ours = fmt::format("{:.2f}", ours),
               .floor = fmt::format("{:.2f}", most),
               .other = fmt::format("{:.2f}", small)});
    print_row(
        {.unit = "% by count", .ours = fmt::format("{:.2f}", plan->outcome.accepted_count * 100)});
    print_row({.unit = "ms", .ours = fmt::format("{:.1f}", time)});
  }
}

}  // namespace sectile::bench
