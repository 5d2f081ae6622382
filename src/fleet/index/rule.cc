#include "sectile/fleet/rule.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "sectile/base/check.h"
#include "src/fleet/index/foresight.h"

namespace sectile {
namespace {

constexpr std::array<std::string_view, kRules.size()> kNames = {
    "foresight", "first-fit", "best-fit", "worst-fit", "round-robin", "mcc", "mfi", "fgd"};

// The (profile, start) pairs that are no longer legal, negated number of those that are.
float fewest_choices(const StateSpace& space, StateNumber state) {
  std::size_t legal = 0;
  for (std::size_t profile = 0; profile < space.profiles().size(); ++profile) {
    legal += space.placings(profile, state).size();
  }
  return -static_cast<float>(legal);
}

float fragmentation(const StateSpace& space, StateNumber state) {
  const SliceMask used = space.layout(state).used();
  int sum = 0;
  for (const Profile& profile : space.profiles()) {
    if (profile.memory_slices > space.free_slices(state)) {
      continue;
    }
    for (const int start : profile.starts) {
      if ((slice_mask(profile.at(start)) & used) != 0) {
        sum += profile.memory_slices;
      }
    }
  }
  return static_cast<float>(sum);
}

float stranded(const StateSpace& space, StateNumber state) {
  int sum = 0;
  for (std::size_t profile = 0; profile < space.profiles().size(); ++profile) {
    if (!space.fits(profile, state)) {
      sum += space.free_slices(state);
    }
  }
  return static_cast<float>(sum);
}

std::vector<float> potentials(const StateSpace& space, Rule rule, std::span<const double> shares) {
  std::vector<float> result(space.size());
  for (std::size_t number = 0; number < space.size(); ++number) {
    const auto state = static_cast<StateNumber>(number);
    switch (rule) {
      case Rule::kMostChoices:
        result[number] = fewest_choices(space, state);
        break;
      case Rule::kFragmentation:
        result[number] = fragmentation(space, state);
        break;
      case Rule::kStranded:
        result[number] = stranded(space, state);
        break;
      case Rule::kForesight:
      case Rule::kFirstFit:
      case Rule::kBestFit:
      case Rule::kWorstFit:
      case Rule::kRoundRobin:  // Those have none of their own, and move as ours does.
        return internal::foresight_potentials(space, shares);
    }
  }
  return result;
}

float cost_of(const StateSpace& space, Rule rule, const std::vector<float>& potential,
              std::pair<StateNumber, StateNumber> change) {
  const auto [from, to] = change;
  switch (rule) {
    case Rule::kFirstFit:
    case Rule::kRoundRobin:
      return 0;
    case Rule::kBestFit:
      return static_cast<float>(space.free_slices(from));
    case Rule::kWorstFit:
      return -static_cast<float>(space.free_slices(from));
    case Rule::kForesight:
    case Rule::kMostChoices:
    case Rule::kFragmentation:
    case Rule::kStranded:
      break;
  }
  return potential[to] - potential[from];
}

// The first of the cheapest.
template <typename Cost>
RuleChoice cheapest(std::span<const Placing> placings, const Cost& price) {
  RuleChoice best;
  for (const Placing& placing : placings) {
    const float cost = price(placing);
    if (!best.fits() || cost < best.cost) {
      best = {.placing = placing, .cost = cost};
    }
  }
  return best;
}

void fill_choices(const StateSpace& space, Rule rule, RuleTable& table) {
  table.choices.resize(space.profiles().size());
  for (std::size_t profile = 0; profile < table.choices.size(); ++profile) {
    std::vector<RuleChoice>& choices = table.choices[profile];
    choices.resize(space.size());
    for (std::size_t number = 0; number < space.size(); ++number) {
      const auto from = static_cast<StateNumber>(number);
      choices[number] = cheapest(space.placings(profile, from), [&](const Placing& placing) {
        return cost_of(space, rule, table.potential, {from, placing.to});
      });
    }
  }
}

}  // namespace

std::string_view to_string(Rule rule) {
  return kNames[static_cast<std::size_t>(rule)];
}

Result<Rule> parse_rule(std::string_view name) {
  std::string all;
  for (const Rule rule : kRules) {
    if (to_string(rule) == name) {
      return rule;
    }
    all += (all.empty() ? "" : ", ") + std::string(to_string(rule));
  }
  return fail(ErrorCode::kInvalidArgument, "no placement rule \"" + std::string(name) + "\"",
              "take one of " + all);
}

bool ordered_by_gpu(Rule rule) {
  return rule == Rule::kFirstFit || rule == Rule::kRoundRobin;
}

RuleTable make_rule_table(const StateSpace& space, Rule rule, std::span<const double> shares) {
  SECTILE_CHECK(shares.size() == space.profiles().size());
  RuleTable table{.potential = potentials(space, rule, shares)};
  fill_choices(space, rule, table);
  return table;
}

RuleTable make_rule_table(const StateSpace& space, std::vector<float> potential) {
  SECTILE_CHECK(potential.size() == space.size());
  RuleTable table{.potential = std::move(potential)};
  fill_choices(space, Rule::kForesight, table);
  return table;
}

}  // namespace sectile
