#include "bench/offline/questions.h"

#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/fit.h"

namespace sectile::bench {
namespace {

std::int64_t below(fleet::Random& random, std::int64_t bound) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
}

}  // namespace

double milliseconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) * 1000.0 / CLOCKS_PER_SEC;
}

const Model& model(std::string_view name) {
  return **find_model(name);
}

std::vector<FleetWant> random_demand(fleet::Random& random, std::int64_t instances) {
  std::vector<double> shares;
  double sum = 0;
  for ([[maybe_unused]] const char* const label : kFive) {
    shares.push_back(random.exponential(1));
    sum += shares.back();
  }
  std::vector<FleetWant> wants;
  for (std::size_t i = 0; i < std::size(kFive); ++i) {
    const auto count = static_cast<std::int64_t>(shares[i] / sum * static_cast<double>(instances));
    wants.push_back({.what = ByProfile{kFive[i]}, .count = count});
  }
  return wants;
}

std::vector<FleetGpu> partly_in_use(unsigned gpus) {
  constexpr const char* kModels[] = {"a100-40gb", "a100-80gb", "h100-80gb-sxm5", "h200-141gb",
                                     "a30-24gb"};
  fleet::Random random(1);
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
      if (profile.media == Media::kPlain && !starts.empty()) {
        gpu.layout = *gpu.layout.with_unchecked(Slot(profile, starts[random.below(starts.size())]));
      }
    }
    gpu.busy = static_cast<std::uint8_t>((1U << gpu.layout.size()) - 1U);
    fleet.push_back(std::move(gpu));
  }
  return fleet;
}

std::vector<FleetWant> wanted_more(std::int64_t gpus, std::int64_t part) {
  std::vector<FleetWant> wants;
  for (const char* const label :
       {"1g.5gb", "1g.10gb", "1g.18gb", "1g.6gb", "2g.20gb", "3g.40gb", "7g.80gb", "3g.71gb"}) {
    wants.push_back({.what = ByProfile{label}, .count = gpus * part / 10});
  }
  return wants;
}

FleetPlan planned(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                  const FleetRequest& request) {
  auto plan = plan_fleet(fleet, wants, request);
  SECTILE_CHECK(plan.has_value());
  return std::move(*plan);
}

const Objective& objective(const FleetPlan& plan, Goal goal) {
  const Objective* const found = plan.find(goal);
  SECTILE_CHECK(found != nullptr);
  return *found;
}

}  // namespace sectile::bench
