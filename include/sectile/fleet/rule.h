// Rule: how an instance is placed when several places would do.
//
// Every rule but two looks only at the state of a GPU (state_space.h), never at which GPU it is. So
// a rule is a table: the best start for each profile in each state, and what that costs. Smaller
// costs are better; only their order matters within a rule. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/state_space.h"

namespace sectile {

enum class Rule : std::uint8_t {
  kForesight,      // Our own and the default: docs/decisions/0011-foresight.md.
  kFirstFit,       // The first GPU that has room.
  kBestFit,        // Fewest free memory slices.
  kWorstFit,       // Most free memory slices.
  kRoundRobin,     // The next GPU that has room.
  kMostChoices,    // MCC: keeps the most (profile, start) pairs that are legal.
  kFragmentation,  // MFI, as far as its abstract tells (arXiv 2511.18906): least growth of the sum
                   // over the profiles that the free slices could hold, and over their starts, of
                   // the size of each window that something is in.
  kStranded,       // FGD (USENIX ATC 2023) on MIG windows: least growth of the sum of the free
                   // slices over the profiles that have no legal start left.
};

inline constexpr std::array<Rule, 8> kRules = {
    Rule::kForesight,  Rule::kFirstFit,    Rule::kBestFit,       Rule::kWorstFit,
    Rule::kRoundRobin, Rule::kMostChoices, Rule::kFragmentation, Rule::kStranded};

std::string_view to_string(Rule rule);  // "foresight", "first-fit", "mcc", "mfi", "fgd", ...
// Fails with kInvalidArgument, naming all rules.
Result<Rule> parse_rule(std::string_view name);

// Whether the rule looks at the number of a GPU: kFirstFit and kRoundRobin.
bool ordered_by_gpu(Rule rule);

// What a rule would do with a profile on a GPU in some state.
struct RuleChoice {
  Placing placing = {};  // placing.to == kNoState: it does not fit.
  float cost = 0;

  bool fits() const { return placing.to != kNoState; }
};

struct RuleTable {
  std::vector<std::vector<RuleChoice>> choices = {};  // [profile][state]
  // What a GPU in each state lacks: a change of state costs the difference. Moves look at it.
  std::vector<float> potential = {};  // [state]
};

// `shares`: how often each profile is asked for, one for each of space.profiles(), in any unit;
// only kForesight looks at them. All zero is as good as all alike.
// Requires: as many shares as profiles, finite, none negative.
RuleTable make_rule_table(const StateSpace& space, Rule rule, std::span<const double> shares);

// As kForesight, with a potential of your own: practice.h makes such. Requires: one for each state.
RuleTable make_rule_table(const StateSpace& space, std::vector<float> potential);

}  // namespace sectile
