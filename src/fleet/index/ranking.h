// Ranking: the states of a model in the order in which a rule likes them for each profile, and
// OpenRanks: which of them have a GPU.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sectile/fleet/rule.h"
#include "sectile/fleet/state_space.h"

namespace sectile::internal {

using Rank = std::uint16_t;
inline constexpr Rank kNoRank = 0xFFFF;

// A state in which the profile fits, and what the rule would do.
struct RankedState {
  RuleChoice choice = {};
  StateNumber state = kEmptyState;
};

struct Ranking {
  std::vector<std::vector<RankedState>> order = {};  // [profile], best first.
  std::vector<std::vector<Rank>> rank_of = {};       // [profile][state]
  std::vector<float> potential = {};                 // [state]
};

// Equal costs: the fuller state first, then the one with the smaller number.
Ranking rank_states(const StateSpace& space, RuleTable table);

// A set of ranks that knows its smallest member: two bits are looked up, for up to 4096 ranks.
class OpenRanks {
 public:
  explicit OpenRanks(std::size_t ranks)
      : words_((ranks + 63) / 64), summary_((words_.size() + 63) / 64) {}

  void insert(Rank rank) {
    words_[rank / 64] |= bit(rank);
    summary_[rank / 4096] |= bit(rank / 64);
  }

  void erase(Rank rank) {
    std::uint64_t& word = words_[rank / 64];
    word &= ~bit(rank);
    if (word == 0) {
      summary_[rank / 4096] &= ~bit(rank / 64);
    }
  }

  // kNoRank if there is none.
  Rank first() const {
    for (std::size_t at = 0; at < summary_.size(); ++at) {
      if (summary_[at] == 0) {
        continue;
      }
      const std::size_t word = at * 64 + low_bit(summary_[at]);
      return static_cast<Rank>(word * 64 + low_bit(words_[word]));
    }
    return kNoRank;
  }

  // The smallest above `rank`; kNoRank if there is none.
  Rank after(Rank rank) const {
    std::size_t word = rank / 64;
    const std::uint64_t rest = words_[word] & (~std::uint64_t{0} << (rank % 64)) & ~bit(rank);
    if (rest != 0) {
      return static_cast<Rank>(word * 64 + low_bit(rest));
    }
    for (++word; word < words_.size(); ++word) {
      if (words_[word] != 0) {
        return static_cast<Rank>(word * 64 + low_bit(words_[word]));
      }
    }
    return kNoRank;
  }

  std::size_t memory_bytes() const {
    return (words_.capacity() + summary_.capacity()) * sizeof(std::uint64_t);
  }

 private:
  static std::uint64_t bit(std::size_t at) { return std::uint64_t{1} << (at % 64); }
  static std::size_t low_bit(std::uint64_t word) {
    return static_cast<std::size_t>(std::countr_zero(word));
  }

  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> summary_;
};

}  // namespace sectile::internal
