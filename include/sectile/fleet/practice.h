// Practice: learns from trying what a GPU in each state is worth for a mix.
//
// A small simulated fleet is run at several loads, and at every second request it is run once more
// from there on as if the request had been placed elsewhere. What became of the one beside the
// other tells what the states are worth; placed by that, it is run again, and so on.
// docs/decisions/0014-practice.md says what is gained by it. FleetIndex::prefer() takes the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/fleet_index.h"
#include "sectile/fleet/state_space.h"

namespace sectile {

inline constexpr std::size_t kMaxPractisedGpus = 10'000;
inline constexpr std::size_t kMaxPractisedStates = 10'000;
inline constexpr int kMaxPracticeRounds = 1000;

struct Practice {
  std::vector<double> shares = {};  // Of the profiles of the space among what is asked for.
  // How many instances may be moved, as a part of what is accepted; see MovePolicy. 0: none. What
  // is learned then is worth less to a fleet where nothing moves.
  double moves_max = 0;
  std::size_t gpus = 100;  // As many as the fleet has; 1 to kMaxPractisedGpus.
  int rounds = 20;         // 1 to kMaxPracticeRounds. One takes some two seconds of one core.
  std::size_t requests = 1'200'000;  // In a round; at least 20'000.
  std::uint64_t seed = 1;
};

struct Practised {
  Preference preference = {};  // With the shares as given.
  // For MovePolicy::after_refusal: the fewer moves there are for those who want them, the more.
  float worth_a_move = 0;
  // What is accepted of what is asked for in tests that nothing was learned from, at loads from
  // just full to overloaded: by Rule::kForesight, and by the preference. By slices if instances may
  // move; otherwise every request counts besides, as much as four of mean size. Never worse: if
  // nothing better was found, the potential is that of the rule.
  double before = 0;
  double after = 0;
};

// Does task(0) to task(count - 1), in any order, and at once if it likes.
using Spread = std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;
void one_by_one(std::size_t count, const std::function<void(std::size_t)>& task);

// Equal figures give equal results however the work is spread; up to eight tasks are at once.
// Fails with kInvalidArgument for a wrong number of shares, one that is negative or not finite,
// figures out of range, and for a space of more than kMaxPractisedStates.
Result<Practised> practise(const StateSpace& space, const Practice& practice,
                           const Spread& spread = one_by_one);

}  // namespace sectile
