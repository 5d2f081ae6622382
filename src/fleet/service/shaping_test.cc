#include "src/fleet/service/shaping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "sectile/fleet/random.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/plan/pack.h"

namespace sectile::fleet::internal {
namespace {

const Model& a100() {
  return **find_model("a100-80gb");
}

Ground ground_of(std::span<const GpuSupply> supplies, std::span<const std::string_view> names) {
  std::vector<ServiceOption> options;
  for (const std::string_view name : names) {
    options.push_back({.model = supplies.front().model,
                       .profile = supplies.front().model->find_by_name(name)->id});
  }
  return make_ground(supplies, options);
}

constexpr std::string_view kFive[] = {"1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"};

TEST(GroundTest, KnowsTheWaysToCutAnA100) {
  const GpuSupply supply{.model = &a100()};
  const Ground ground = ground_of({&supply, 1}, kFive);
  EXPECT_EQ(ground.profiles.size(), 5U);
  EXPECT_EQ(ground.shapes.size(), 12U);
}

// Whether the planner of single instances, which knows nothing of shapes, finds room on `gpus`.
bool pack_says(const Ground& ground, std::span<const int> counts, int gpus) {
  std::vector<PlanGpu> empty;
  empty.reserve(static_cast<std::size_t>(gpus));
  for (int i = 0; i < gpus; ++i) {
    empty.push_back({.name = "gpu" + std::to_string(i), .model = &a100()});
  }
  std::vector<Want> wants;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    if (counts[p] > 0) {
      wants.push_back(
          {.count = counts[p], .what = ByProfile{.label = ground.profiles[p].profile->name}});
    }
  }
  return wants.empty() || pack(empty, wants).has_value();
}

// Instances of the profile on so many GPUs of each shape.
int held(const Ground& ground, const std::vector<int>& shaping, std::size_t profile) {
  int count = 0;
  for (std::size_t s = 0; s < shaping.size(); ++s) {
    count += shaping[s] * ground.shapes[s].counts[profile];
  }
  return count;
}

std::vector<int> random_counts(Random& random, std::size_t profiles) {
  std::vector<int> counts(profiles);
  std::ranges::generate(counts, [&] { return static_cast<int>(random.below(4)); });
  return counts;
}

void expect_enough(const Ground& ground, const std::vector<int>& shaping,
                   const std::vector<int>& counts, int gpus) {
  EXPECT_LE(std::accumulate(shaping.begin(), shaping.end(), 0), gpus);
  for (std::size_t p = 0; p < counts.size(); ++p) {
    EXPECT_GE(held(ground, shaping, p), counts[p]);
  }
}

TEST(ShapingTest, AgreesWithThePlannerOfInstances) {
  const GpuSupply supply{.model = &a100()};
  const Ground ground = ground_of({&supply, 1}, kFive);
  // By memory slices and compute slices: no shape is worth more than a GPU.
  std::vector<std::int64_t> prices;
  prices.reserve(ground.profiles.size());
  for (const GroundProfile& profile : ground.profiles) {
    prices.push_back(kNano * profile.profile->memory_slices / 8);
  }
  const std::vector<int> nothing(ground.shapes.size(), 0);
  Random random(4);
  for (int i = 0; i < 300; ++i) {
    const std::vector<int> counts = random_counts(random, ground.profiles.size());
    const int gpus = 1 + static_cast<int>(random.below(5));
    const std::optional<std::vector<int>> shaping = find_shaping(
        ground, {.counts = counts, .begun = nothing, .prices = prices, .gpus_max = gpus});
    ASSERT_EQ(shaping.has_value(), pack_says(ground, counts, gpus)) << "case " << i;
    if (shaping) {
      expect_enough(ground, *shaping, counts, gpus);
    }
  }
}

TEST(ShapingTest, TakesNoMoreGpusThanThereAre) {
  const GpuSupply supply{.model = &a100(), .count_max = 2};
  const Ground ground = ground_of({&supply, 1}, kFive);
  const std::vector<std::int64_t> prices(5, 0);
  const std::vector<int> nothing(ground.shapes.size(), 0);
  std::vector<int> counts(5, 0);
  counts[ground.find(a100(), a100().find_by_name("7g.80gb")->id)] = 3;
  EXPECT_FALSE(
      find_shaping(ground, {.counts = counts, .begun = nothing, .prices = prices, .gpus_max = 5})
          .has_value());
  counts[ground.find(a100(), a100().find_by_name("7g.80gb")->id)] = 2;
  EXPECT_TRUE(
      find_shaping(ground, {.counts = counts, .begun = nothing, .prices = prices, .gpus_max = 5})
          .has_value());
}

}  // namespace
}  // namespace sectile::fleet::internal
