#include "bench/online/loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/online/mixes.h"
#include "bench/row.h"
#include "sectile/base/check.h"
#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/practice.h"

namespace sectile::bench {
namespace {

// How much better than on the same arrivals, and how sure that is.
Estimate difference(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> differences(ours.size());
  std::ranges::transform(ours, theirs, differences.begin(), std::minus());
  return estimate(differences);
}

std::vector<double> shares_of(const Mix& mix) {
  std::vector<double> shares(mix.space->profiles().size());
  for (std::size_t i = 0; i < mix.shares.size(); ++i) {
    shares[mix.profiles[i]] = mix.shares[i];
  }
  return shares;
}

MakeFleet by_scan(Rule rule) {
  return [rule](const Mix& mix, std::size_t gpus) {
    return make_scan_fleet(*mix.space, rule, gpus, mix.profiles, shares_of(mix));
  };
}

MakeFleet by_index(Rule rule, const MovePolicy& moves = {}) {
  return [rule, moves](const Mix& mix, std::size_t gpus) {
    return make_index_fleet(*mix.space, rule, gpus, mix.profiles, moves);
  };
}

// Learned once for each mix, from arrivals of its own.
MakeFleet practised(const Mix& mix, std::size_t gpus, MovePolicy moves = {}) {
  const double most = moves.for_room ? moves.share_max : 0;
  const Result<Practised> learned = practise(
      *mix.space, {.shares = shares_of(mix), .moves_max = most, .gpus = gpus}, on_all_cores);
  SECTILE_CHECK(learned.has_value());
  if (moves.after_refusal) {
    moves.after_refusal = learned->worth_a_move;
  }
  return [preference = learned->preference, moves](const Mix& of, std::size_t count) {
    return make_practised_fleet(*of.space, count, of.profiles, preference, moves);
  };
}

std::unique_ptr<LossFleet> repacking(const Mix& mix, std::size_t gpus) {
  return *make_repacking_fleet(*mix.space, gpus, mix.profiles);
}

// "90.10+-0.25"
std::string text(const Estimate& percent) {
  return fmt::format("{:.2f}+-{:.2f}", percent.mean, percent.half_width);
}

struct Compared {
  const Acceptance& ours;
  const Acceptance& floor;
  const Acceptance& other;
};

void print_acceptance(const std::string& what, const Compared& compared, bool slices) {
  const auto pick = [&](const Acceptance& of) -> const std::vector<double>& {
    return slices ? of.slices : of.count;
  };
  const Estimate better = difference(pick(compared.ours), pick(compared.other));
  print_row({.what = what,
             .unit = slices ? "% slices" : "% count",
             .ours = text(estimate(pick(compared.ours))),
             .floor = text(estimate(pick(compared.floor))),
             .other = text(estimate(pick(compared.other))),
             .ratio = fmt::format("{:+.2f}+-{:.2f}", better.mean, better.half_width)});
}

void print_closed(const std::string& what, const Acceptance& ours, const Acceptance& repacked,
                  const Acceptance& fgd) {
  const double gap = difference(repacked.slices, fgd.slices).mean;
  const double closed = difference(ours.slices, fgd.slices).mean / gap;
  // Of a ratio of means: what each seed is off that line, as a part of the gap.
  std::vector<double> off(ours.slices.size());
  for (std::size_t i = 0; i < off.size(); ++i) {
    off[i] = ours.slices[i] - std::lerp(fgd.slices[i], repacked.slices[i], closed);
  }
  print_row({.what = what,
             .unit = "% slices",
             .ours = text(estimate(ours.slices)),
             .floor = text(estimate(repacked.slices)),
             .other = text(estimate(fgd.slices)),
             .ratio = fmt::format("{:.1f}+-{:.1f}%", 100 * closed,
                                  100 * estimate(off).half_width / gap)});
  print_row(
      {.what = what, .unit = "% moves", .ours = fmt::format("{:.2f}", ours.moves), .other = "0"});
}

void print_load(const Mix& mix, const Load& load, const MakeFleet& make) {
  const Acceptance ours = measure(mix, load, make);
  const Acceptance repacked = measure(mix, load, repacking);
  for (const Rule rule : kRules) {
    const Acceptance theirs =
        measure(mix, load, rule == Rule::kForesight ? by_index(rule) : by_scan(rule));
    const std::string what =
        fmt::format("{}, load {:.2f}, {}", mix.name, load.rho, to_string(rule));
    const Compared compared{.ours = ours, .floor = repacked, .other = theirs};
    print_acceptance(what, compared, false);
    print_acceptance(what, compared, true);
  }
}

}  // namespace

void print_rules(int seeds) {
  fmt::print(
      "# accepted of what was asked for; other: the rule that the row names, as published\n");
  fmt::print(
      "# floor: repacking everything at will; last column: sectile - other, same arrivals\n");
  for (const Mix& mix : mixes()) {
    const MakeFleet make = practised(mix, Load().gpus);
    for (const double rho : {0.85, 1.0, 1.2}) {
      print_load(mix, {.rho = rho, .seeds = seeds}, make);
    }
  }
}

void print_moves(int seeds) {
  fmt::print("# at most one move for a refused request, load 1; other: fgd without moves\n");
  fmt::print("# last column: part of the gap between fgd and repacking that is closed\n");
  fmt::print(
      "# beside a rule that moves one for room only: last column sectile - other, same arrivals\n");
  // A little below 5 %, for the share is kept from the start and measured after the warm-up.
  const MovePolicy for_room{.for_room = true, .share_max = 0.0498};
  const MovePolicy also_after{
      .for_room = true, .after_refusal = MovePolicy::kWorthAMove, .share_max = 0.0498};
  for (const Mix& mix : mixes()) {
    const Load load{.seeds = seeds};
    const Acceptance repacked = measure(mix, load, repacking);
    const Acceptance fgd = measure(mix, load, by_scan(Rule::kStranded));
    const Acceptance one = measure(mix, load, practised(mix, load.gpus, also_after));
    print_closed(mix.name + ", moves", one, repacked, fgd);
    print_closed(mix.name + ", moves, without practice",
                 measure(mix, load, by_index(Rule::kForesight, also_after)), repacked, fgd);
    for (const Rule rule : {Rule::kMostChoices, Rule::kStranded}) {
      const std::string what = mix.name + ", moves, beside " + std::string(to_string(rule));
      const Acceptance theirs = measure(mix, load, by_index(rule, for_room));
      print_acceptance(what, {.ours = one, .floor = repacked, .other = theirs}, true);
    }
  }
}

void print_large(int seeds) {
  fmt::print("# 10,000 GPUs, load 1: lost however large the fleet; other: the rule by index\n");
  const Mix mix = mixes().front();
  const Load load{.gpus = 10'000, .lifetimes = 40, .seeds = seeds};
  const Acceptance ours = measure(mix, load, practised(mix, load.gpus));
  const Acceptance repacked = measure(mix, load, repacking);
  for (const Rule rule : {Rule::kForesight, Rule::kStranded}) {
    const Acceptance theirs = measure(mix, load, by_index(rule));
    print_acceptance(fmt::format("{}, 10,000 GPUs, {}", mix.name, to_string(rule)),
                     {.ours = ours, .floor = repacked, .other = theirs}, true);
  }
}

}  // namespace sectile::bench
