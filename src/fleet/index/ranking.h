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

using Rank = std::uint32_t;
inline constexpr Rank kNoRank = 0xFFFFFFFF;
inline constexpr std::size_t kRanksInWord = 64;  // Of OpenRanks.

// A state in which the profile fits, and what the rule would do.
struct RankedState {
  RuleChoice choice = {};
  StateNumber state = kEmptyState;
};

// States whose ranks share a word of OpenRanks, best first. The rule closes a GPU in each
// of them to the same profiles; without scarcity that is no matter, and none is said to be closed.
struct RankGroup {
  float least = 0;  // No state of it ever costs less, whatever is scarce.
  ProfileSet closes = 0;
  std::uint16_t word = 0;
  std::uint64_t mask = 0;  // Its bits of that word.
};

struct Ranking {
  std::vector<std::vector<RankedState>> order = {};  // [profile][rank]; some have no state.
  std::vector<std::vector<RankGroup>> groups = {};   // [profile], by `least`.
  std::vector<std::vector<Rank>> rank_of = {};       // [profile][state]
  std::vector<float> potential = {};                 // [state]
  std::vector<ProfileSet> takes = {};                // [state]
  std::vector<Room> room = {};                       // [state]; of one GPU.
  Scarcity scarcity = {};
};

// Equal costs: the fuller state first, then the one with the smaller number.
Ranking rank_states(const StateSpace& space, RuleTable table, Scarcity scarcity = {});

struct StateChange {
  StateNumber from = kEmptyState;
  StateNumber to = kEmptyState;
};

// What GPUs that share `room` lack more, by potential and by what becomes scarce, if some change
// like that. Requires: there are such.
float cost_of(const Ranking& ranking, std::span<const StateChange> changes, const Room& room);

// A set of ranks: whether a group has one, and which is the first, is a look at one word.
class OpenRanks {
 public:
  explicit OpenRanks(std::size_t ranks) : words_((ranks + kRanksInWord - 1) / kRanksInWord) {}

  void insert(Rank rank) { words_[rank / kRanksInWord] |= bit(rank); }
  void erase(Rank rank) { words_[rank / kRanksInWord] &= ~bit(rank); }

  // Those of the group, each a bit of its word.
  std::uint64_t of(const RankGroup& group) const { return words_[group.word] & group.mask; }

  std::size_t memory_bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

  static std::uint64_t bit(Rank rank) { return std::uint64_t{1} << (rank % kRanksInWord); }

 private:
  std::vector<std::uint64_t> words_;
};

// Requires: there is one.
inline Rank first_rank(const RankGroup& group, std::uint64_t open) {
  return static_cast<Rank>(group.word * kRanksInWord) + static_cast<Rank>(std::countr_zero(open));
}

// The best of each group of which a GPU is open, by `least` of the groups, leaving out the rank
// `except`: for each a call with the rank.
template <typename Function>
void for_each_best(const Ranking& ranking, std::size_t profile, const OpenRanks& open, Rank except,
                   Function function) {
  for (const RankGroup& group : ranking.groups[profile]) {
    std::uint64_t ranks = open.of(group);
    if (except / kRanksInWord == group.word) {
      ranks &= ~OpenRanks::bit(except);
    }
    if (ranks != 0) {
      function(first_rank(group, ranks));
    }
  }
}

}  // namespace sectile::internal
