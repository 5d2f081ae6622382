#include "sectile/fleet/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace sectile::fleet {
namespace {

TEST(RandomTest, GivesTheNumbersOfItsAuthors) {
  // Reference: xoshiro256** on the state that SplitMix64 makes of 0; both programs by S. Vigna.
  Random random(0);
  EXPECT_EQ(random.bits(), 0x99EC5F36CB75F2B4U);
  EXPECT_EQ(random.bits(), 0xBF6E1F784956452AU);
  EXPECT_EQ(random.bits(), 0x1A5F849D4933E6E0U);
}

TEST(RandomTest, ReplaysASeedAndSeparatesStreams) {
  Random first = Random::stream(7, 1);
  Random again = Random::stream(7, 1);
  Random other = Random::stream(7, 2);
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t drawn = first.bits();
    EXPECT_EQ(drawn, again.bits());
    same += drawn == other.bits() ? 1 : 0;
  }
  EXPECT_EQ(same, 0);
}

TEST(RandomTest, DrawsExponentialTimesWithTheMeanAndVariance) {
  Random random(42);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double drawn = random.exponential(3.0);
    ASSERT_GE(drawn, 0);
    sum += drawn;
    squares += drawn * drawn;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 3.0, 0.03);
  EXPECT_NEAR(squares / kDraws - mean * mean, 9.0, 0.25);
}

TEST(RandomTest, DrawsEachNumberBelowTheBoundEquallyOften) {
  Random random(1);
  std::vector<int> seen(5);
  for (int i = 0; i < 50'000; ++i) {
    ++seen[random.below(5)];
  }
  for (const int count : seen) {
    EXPECT_NEAR(count, 10'000, 400);
  }
}

TEST(WeightedChoiceTest, DrawsInProportionAndNeverWhatWeighsNothing) {
  const std::vector<double> weights{0.5, 0.0, 0.2, 0.3, 0.0};
  const WeightedChoice choice(weights);
  Random random(9);
  std::vector<int> seen(weights.size());
  for (int i = 0; i < 100'000; ++i) {
    ++seen[choice.draw(random)];
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(seen[i], weights[i] * 1e5, 700) << i;
  }
  EXPECT_EQ(seen[1], 0);
  EXPECT_EQ(seen[4], 0);
}

}  // namespace
}  // namespace sectile::fleet
