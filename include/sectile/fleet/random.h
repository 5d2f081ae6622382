// Random: a stream of random numbers that a seed determines, on every machine and for ever.
//
// xoshiro256** of Blackman and Vigna, seeded through SplitMix64, as their authors recommend. The
// standard library's distributions differ between libraries; these do not. A value: copy it to
// replay it. Not for secrets.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sectile::fleet {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // A stream of its own for the part `number` of an experiment: equal seeds and numbers give equal
  // streams, others are unrelated. So that policies can be compared on the very same arrivals.
  static Random stream(std::uint64_t seed, std::uint64_t number);

  std::uint64_t bits();

  // In [0, 1), 53 bits.
  double uniform();

  // In [0, bound), each equally likely. Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // With the mean; never negative, never infinite. Requires: mean > 0.
  double exponential(double mean);

 private:
  std::array<std::uint64_t, 4> state_{};
};

// Draws an index in proportion to weights, in constant time (the alias method of Walker and Vose).
class WeightedChoice {
 public:
  static constexpr std::size_t kMaxWeights = 256;

  // Requires: 1 to kMaxWeights weights, finite, none negative, their sum positive.
  explicit WeightedChoice(std::span<const double> weights);

  std::size_t draw(Random& random) const;

 private:
  std::size_t count_ = 0;
  std::array<double, kMaxWeights> keep_{};  // Chance to keep the column that was drawn.
  std::array<std::uint16_t, kMaxWeights> other_{};
};

}  // namespace sectile::fleet
