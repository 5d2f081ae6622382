#include "sectile/fleet/random.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "sectile/base/check.h"

namespace sectile::fleet {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    word = split_mix(seed);
  }
}

Random Random::stream(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t mixed = seed;
  return Random(split_mix(mixed) + number * 0xD1342543DE82EF95U);
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5U, 7) * 9U;
  const std::uint64_t t = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(bits() >> 11U) * 0x1.0p-53;
}

std::uint64_t Random::below(std::uint64_t bound) {
  SECTILE_CHECK(bound > 0);
  // What is above the greatest multiple of `bound` would favour small results.
  const std::uint64_t unfair = (0 - bound) % bound;
  std::uint64_t drawn = bits();
  while (drawn < unfair) {
    drawn = bits();
  }
  return drawn % bound;
}

double Random::exponential(double mean) {
  SECTILE_CHECK(mean > 0);
  return -mean * std::log1p(-uniform());
}

WeightedChoice::WeightedChoice(std::span<const double> weights) : count_(weights.size()) {
  SECTILE_CHECK(count_ >= 1 && count_ <= kMaxWeights);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  SECTILE_CHECK(std::isfinite(sum) && sum > 0);
  std::vector<std::size_t> small;
  std::vector<std::size_t> large;
  for (std::size_t i = 0; i < count_; ++i) {
    SECTILE_CHECK(weights[i] >= 0);
    keep_[i] = weights[i] / sum * static_cast<double>(count_);
    other_[i] = static_cast<std::uint16_t>(i);
    (keep_[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::size_t poor = small.back();
    const std::size_t rich = large.back();
    small.pop_back();
    other_[poor] = static_cast<std::uint16_t>(rich);
    keep_[rich] -= 1 - keep_[poor];
    if (keep_[rich] < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  // What is left differs from one by rounding only, unless its weight is zero.
  for (const std::size_t i : large) {
    keep_[i] = 1;
  }
  for (const std::size_t i : small) {
    if (weights[i] > 0) {
      keep_[i] = 1;
    }
  }
}

std::size_t WeightedChoice::draw(Random& random) const {
  const std::size_t column = random.below(count_);
  return random.uniform() < keep_[column] ? column : other_[column];
}

}  // namespace sectile::fleet
