#include "src/fleet/service/cover.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "sectile/fleet/random.h"

namespace sectile::fleet::internal {
namespace {

constexpr int kMostCount = 5;

// The price of these counts; nullopt if they are not enough.
std::optional<std::int64_t> price_of(const CoverNeed& need, const std::vector<std::int64_t>& prices,
                                     const std::vector<int>& counts) {
  std::int64_t sum = 0;
  std::int64_t price = 0;
  std::int64_t largest = 0;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    sum += counts[p] * need.capacities[p];
    price += counts[p] * prices[p];
    largest = counts[p] > 0 ? std::max(largest, need.capacities[p]) : largest;
  }
  return sum - (need.spare ? largest : 0) >= need.target ? std::optional(price) : std::nullopt;
}

// Counts up, one profile after the other; false behind the last.
bool advance(std::vector<int>& counts, const CoverLimits& limits) {
  std::size_t p = 0;
  while (p < counts.size() && counts[p] == limits.most[p]) {
    counts[p] = limits.least[p];
    ++p;
  }
  if (p == counts.size()) {
    return false;
  }
  ++counts[p];
  return true;
}

// The cheapest by looking at every choice of counts within the limits.
std::optional<std::int64_t> slow_cheapest(const CoverNeed& need,
                                          const std::vector<std::int64_t>& prices,
                                          const CoverLimits& limits) {
  std::optional<std::int64_t> best;
  std::vector<int> counts(limits.least.begin(), limits.least.end());
  do {
    const std::optional<std::int64_t> price = price_of(need, prices, counts);
    if (price && (!best || *price < *best)) {
      best = price;
    }
  } while (advance(counts, limits));
  return best;
}

void compare(Random& random, bool spare) {
  const std::size_t profiles = 1 + random.below(4);
  CoverNeed need{
      .target = static_cast<std::int64_t>(1 + random.below(60)), .capacities = {}, .spare = spare};
  std::vector<std::int64_t> prices;
  std::vector<int> least;
  std::vector<int> most;
  for (std::size_t p = 0; p < profiles; ++p) {
    need.capacities.push_back(static_cast<std::int64_t>(random.below(25)));
    prices.push_back(static_cast<std::int64_t>(random.below(30)));
    least.push_back(need.capacities[p] > 0 ? static_cast<int>(random.below(3)) : 0);
    most.push_back(least[p] + static_cast<int>(random.below(kMostCount)));
  }
  const CoverLimits limits{.least = least, .most = most};
  const Cover cover = cheapest_cover(need, prices, limits);
  const std::optional<std::int64_t> slow = slow_cheapest(need, prices, limits);
  ASSERT_EQ(cover.exists, slow.has_value());
  if (!slow) {
    return;
  }
  EXPECT_EQ(cover.price, *slow);
  EXPECT_EQ(cover.bound, *slow);
  EXPECT_TRUE(need.met_by(cover.counts));
  std::int64_t price = 0;
  for (std::size_t p = 0; p < profiles; ++p) {
    EXPECT_GE(cover.counts[p], least[p]);
    EXPECT_LE(cover.counts[p], most[p]);
    price += cover.counts[p] * prices[p];
  }
  EXPECT_EQ(price, cover.price);
}

TEST(CoverTest, IsTheCheapestOfAll) {
  Random random(1);
  for (int i = 0; i < 3000 && !::testing::Test::HasFailure(); ++i) {
    compare(random, false);
  }
}

TEST(CoverTest, IsTheCheapestThatSurvivesTheLossOfItsLargest) {
  Random random(2);
  for (int i = 0; i < 3000 && !::testing::Test::HasFailure(); ++i) {
    compare(random, true);
  }
}

TEST(CoverTest, SaysWhatItKnowsWhenItGivesUp) {
  // So many items of nearly one ratio that no search of this size ends.
  Random random(3);
  CoverNeed need{.target = 987'654'321, .capacities = {}};
  std::vector<std::int64_t> prices;
  for (int p = 0; p < 24; ++p) {
    const auto size = static_cast<std::int64_t>(1'000'000 + random.below(1'000'000));
    need.capacities.push_back(size);
    prices.push_back(size + static_cast<std::int64_t>(random.below(100)));
  }
  const std::vector<int> none(prices.size(), 0);
  const std::vector<int> many(prices.size(), kMaxInstances);
  const Cover cover = cheapest_cover(need, prices, {.least = none, .most = many});
  ASSERT_TRUE(cover.exists);
  EXPECT_TRUE(need.met_by(cover.counts));
  EXPECT_LE(cover.bound, cover.price);
  EXPECT_GE(cover.bound, need.target) << "each gives at most one for its price";
}

}  // namespace
}  // namespace sectile::fleet::internal
