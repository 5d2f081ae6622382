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
#include "src/fleet/index/scarcity.h"

namespace sectile::internal {

using Rank = std::uint16_t;
inline constexpr Rank kNoRank = 0xFFFF;

// A state in which the profile fits, and what the rule would do.
struct RankedState {
  RuleChoice choice = {};
  StateNumber state = kEmptyState;
};

// States of which the rule closes a GPU to the same profiles, best first. Without scarcity that is
// no matter, and one group has them all.
struct RankGroup {
  ProfileSet closes = 0;
  Rank first = 0;
  Rank last = 0;  // One beyond.
};

struct Ranking {
  std::vector<std::vector<RankedState>> order = {};  // [profile], group by group.
  std::vector<std::vector<RankGroup>> groups = {};   // [profile]
  std::vector<std::vector<Rank>> rank_of = {};       // [profile][state]
  std::vector<float> potential = {};                 // [state]
  std::vector<ProfileSet> takes = {};                // [state]
  Scarcity scarcity = {};
};

// Equal costs: the fuller state first, then the one with the smaller number.
Ranking rank_states(const StateSpace& space, RuleTable table, Scarcity scarcity = {});

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

  // The smallest from `first` to `last` - 1; kNoRank if there is none. Requires: last <= ranks.
  Rank first_from(std::size_t first, std::size_t last) const {
    std::size_t word = first / 64;
    for (std::uint64_t mask = ~std::uint64_t{0} << (first % 64); word * 64 < last; ++word) {
      if ((words_[word] & mask) != 0) {
        const std::size_t rank = word * 64 + low_bit(words_[word] & mask);
        return rank < last ? static_cast<Rank>(rank) : kNoRank;
      }
      mask = ~std::uint64_t{0};
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

// The best of each group of which a GPU is open, leaving out the rank `except`: for each a call
// with the group and the rank.
template <typename Function>
void for_each_best(const Ranking& ranking, std::size_t profile, const OpenRanks& open, Rank except,
                   Function function) {
  const std::vector<RankGroup>& groups = ranking.groups[profile];
  for (const RankGroup& group : groups) {
    Rank rank = groups.size() == 1 ? open.first() : open.first_from(group.first, group.last);
    if (rank != kNoRank && rank == except) {
      rank = open.first_from(std::size_t{rank} + 1, group.last);
    }
    if (rank != kNoRank) {
      function(group, rank);
    }
  }
}

}  // namespace sectile::internal
