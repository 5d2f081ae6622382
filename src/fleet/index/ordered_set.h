// OrderedSet: a set of numbers below a bound that finds the next member from anywhere in a few
// steps: a bit for each number, a bit for each word of those, and so on.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sectile::internal {

class OrderedSet {
 public:
  // Room for numbers below `bound`; what is in the set stays.
  void grow(std::size_t bound) {
    std::size_t words = (bound + 63) / 64;
    for (std::size_t level = 0; level == 0 || words > 1; ++level, words = (words + 63) / 64) {
      if (level == levels_.size()) {
        levels_.emplace_back();
      }
      levels_[level].resize(words);
    }
    if (levels_.back().size() > 1) {
      levels_.emplace_back(1);
    }
    rebuild();
  }

  void insert(std::size_t number) {
    for (std::vector<std::uint64_t>& level : levels_) {
      level[number / 64] |= std::uint64_t{1} << (number % 64);
      number /= 64;
    }
  }

  void erase(std::size_t number) {
    for (std::vector<std::uint64_t>& level : levels_) {
      level[number / 64] &= ~(std::uint64_t{1} << (number % 64));
      if (level[number / 64] != 0) {
        return;
      }
      number /= 64;
    }
  }

  // The smallest member that is `number` or above.
  std::optional<std::size_t> next(std::size_t number) const {
    std::size_t level = 0;
    for (; level < levels_.size(); ++level, number = number / 64 + 1) {
      const std::size_t word = number / 64;
      if (word >= levels_[level].size()) {
        return std::nullopt;
      }
      const std::uint64_t rest = levels_[level][word] >> (number % 64);
      if (rest == 0) {
        continue;
      }
      number += static_cast<std::size_t>(std::countr_zero(rest));
      while (level > 0) {
        --level;
        number = number * 64 + static_cast<std::size_t>(std::countr_zero(levels_[level][number]));
      }
      return number;
    }
    return std::nullopt;
  }

  std::size_t memory_bytes() const {
    std::size_t words = 0;
    for (const std::vector<std::uint64_t>& level : levels_) {
      words += level.capacity();
    }
    return words * sizeof(std::uint64_t);
  }

 private:
  void rebuild() {
    for (std::size_t level = 1; level < levels_.size(); ++level) {
      for (std::size_t word = 0; word < levels_[level - 1].size(); ++word) {
        if (levels_[level - 1][word] == 0) {
          continue;
        }
        levels_[level][word / 64] |= std::uint64_t{1} << (word % 64);
      }
    }
  }

  std::vector<std::vector<std::uint64_t>> levels_;  // The last one has a single word.
};

}  // namespace sectile::internal
