#include "src/fleet/practice/school.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/rule.h"
#include "src/fleet/index/foresight.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kTests = 24;
// Mean lifetimes that a test takes and the search for a load: of 100 GPUs, and the least. More GPUs
// need less, for there is less chance in them.
constexpr double kTestLifetimes = 150;
constexpr double kLoadLifetimes = 100;
constexpr double kFewestLifetimes = 10;
// Lessons are taken on no more GPUs, and tests on as many as there are.
constexpr std::size_t kLessonGpus = 400;
// A part of a round. Its load, as what part of the slices the rule accepts without moves; and how
// many mean lifetimes a lesson is followed for. Longer is truer, but of two fleets that differ in
// one placement most of what happens later is chance: it pays where much is refused.
struct Part {
  double accepted = 0;
  double horizon = 0;
};
constexpr std::array kParts = {Part{0.76, 0.25}, Part{0.82, 0.25}, Part{0.89, 0.15},
                               Part{0.95, 0.06}, Part{0.98, 0.06}, Part{0.995, 0.06}};
// Where instances may move, close to a load of 1: far above it most of the refused are beyond help,
// and moves for them are wasted.
constexpr std::array kPartsMoving = {Part{0.88, 0.15}, Part{0.90, 0.15}, Part{0.92, 0.15},
                                     Part{0.95, 0.15}};
// A large fleet loses less at the same load: there as near to a load of 1.
constexpr std::array kPartsLarge = {Part{0.95, 0.05}, Part{0.97, 0.05}, Part{0.98, 0.05},
                                    Part{0.985, 0.05}};
constexpr std::size_t kLarge = 1000;  // GPUs.

std::span<const Part> parts_of(const Practice& practice) {
  if (practice.moves_max > 0) {
    return kPartsMoving;
  }
  if (practice.gpus >= kLarge) {
    return kPartsLarge;
  }
  return kParts;
}

constexpr double kCountWeight = 4;  // What a request counts besides its slices, in mean requests.
constexpr double kWorthOfPrice = 0.4;  // Of what a move costs: few moves gain all of it.

}  // namespace

School::School(const StateSpace& space, const Practice& practice, std::vector<double> shares,
               const Spread& spread)
    : space_(space), practice_(practice), spread_(spread), shares_(std::move(shares)) {
  const bool moving = practice.moves_max > 0;
  double mean_size = 0;
  for (std::size_t profile = 0; profile < shares_.size(); ++profile) {
    mean_size += shares_[profile] * space.profiles()[profile].memory_slices;
  }
  rules_ = {.gpus = practice.gpus, .moves_max = practice.moves_max};
  for (const Profile& profile : space.profiles()) {
    rules_.reward.push_back(profile.memory_slices + (moving ? 0 : kCountWeight * mean_size));
  }
  const Conviction formula = convinced(by_formula(), rules_.gpus);
  for (const Part& part : parts_of(practice)) {
    rates_.push_back(rate_for(formula, part.accepted));
  }
  for (std::size_t test = 0; test < kTests; ++test) {
    const double rate = rates_[test % rates_.size()];
    tests_.push_back(draw_course(shares_, rate, arrivals(rate, kTestLifetimes), seed(0, test)));
  }
}

std::uint64_t School::seed(std::size_t round, std::size_t part) const {
  return practice_.seed * 1'000'003 + round * 101 + part;
}

double School::unit() const {
  return std::ranges::max(rules_.reward);
}

Belief School::by_formula() const {
  Belief belief(space_.size(), space_.profiles().size());
  std::ranges::transform(foresight_potentials(space_, shares_), belief.values().begin(),
                         [&](float lack) { return -lack * unit(); });
  return belief;
}

Preference School::preference(const Belief& belief, std::size_t gpus) const {
  Preference result{.shares = practice_.shares};
  for (std::size_t state = 0; state < space_.size(); ++state) {
    result.potential.push_back(static_cast<float>(-belief.values()[state] / unit()));
  }
  const std::span rooms = std::span(belief.values()).subspan(belief.states());
  if (std::ranges::all_of(rooms, [](double worth) { return worth == 0; })) {
    return result;  // As of a formula that knows of no scarcity.
  }
  const double stretch = std::sqrt(static_cast<double>(gpus) / static_cast<double>(lesson_gpus()));
  const auto most = static_cast<std::size_t>(std::ceil(stretch * kRoomStepFrom.back()));
  for (std::size_t profile = 0; profile < belief.profiles(); ++profile) {
    const double enough = belief.room(profile, kRoomSteps - 1);
    std::vector<float>& row = result.scarcity.emplace_back();
    for (std::size_t open = 0; open <= most; ++open) {
      const double whole = std::floor(static_cast<double>(open) / stretch);
      const double part = static_cast<double>(open) / stretch - whole;
      const auto below = static_cast<std::uint32_t>(whole);
      const double worth = std::lerp(belief.room(profile, room_step(below)),
                                     belief.room(profile, room_step(below + 1)), part);
      row.push_back(static_cast<float>(stretch * (enough - worth) / unit()));
    }
  }
  return result;
}

Conviction School::convinced(const Belief& belief, std::size_t gpus) const {
  Preference preferred = preference(belief, gpus);
  return {.ranking = rank_states(space_, make_rule_table(space_, std::move(preferred.potential)),
                                 Scarcity(std::move(preferred.scarcity))),
          .unit = unit()};
}

std::size_t School::arrivals(double rate, double lifetimes) const {
  const double enough = lifetimes * 100 / static_cast<double>(practice_.gpus);
  return static_cast<std::size_t>(rate * std::max(kFewestLifetimes, enough));
}

// Arrivals in a mean lifetime of which so much is accepted, by slices and without moves.
double School::rate_for(const Conviction& conviction, double accepted) const {
  Rules by_slices{.gpus = practice_.gpus};
  for (const Profile& profile : space_.profiles()) {
    by_slices.reward.push_back(profile.memory_slices);
  }
  double low = 0.1 * static_cast<double>(practice_.gpus);
  double high = 200 * low;
  for (int step = 0; step < 14; ++step) {
    const double rate = std::sqrt(low * high);
    const Course course = draw_course(shares_, rate, arrivals(rate, kLoadLifetimes), seed(0, 0));
    (play(space_, conviction, by_slices, course) > accepted ? low : high) = rate;
  }
  return low;
}

std::size_t School::lesson_gpus() const {
  return std::min(rules_.gpus, kLessonGpus);
}

float School::worth_a_move(double move_price) const {
  return std::max(MovePolicy::kWorthAMove, static_cast<float>(kWorthOfPrice * move_price / unit()));
}

std::vector<Taught> School::lessons(const Belief& belief, int round, double move_price) const {
  const Conviction conviction = convinced(belief, lesson_gpus());
  std::vector<Taught> taught(rates_.size());
  Rules priced = rules_;
  priced.move_price = move_price;
  priced.worth_a_move = worth_a_move(move_price);
  priced.gpus = lesson_gpus();
  const double part_of_fleet = static_cast<double>(priced.gpus) / static_cast<double>(rules_.gpus);
  const std::span<const Part> parts = parts_of(practice_);
  spread_(taught.size(), [&](std::size_t part) {
    const std::uint64_t own = seed(static_cast<std::size_t>(round) + 1, part);
    const double rate = rates_[part] * part_of_fleet;
    const Course course = draw_course(shares_, rate, practice_.requests / taught.size(), own);
    taught[part] = take_lessons(space_, conviction, priced, course,
                                static_cast<std::size_t>(parts[part].horizon * rate));
  });
  return taught;
}

double School::test(const Belief& belief, double move_price) const {
  Rules rules = rules_;
  rules.worth_a_move = worth_a_move(move_price);
  const Conviction conviction = convinced(belief, rules_.gpus);
  std::vector<double> values(tests_.size());
  spread_(tests_.size(), [&](std::size_t number) {
    values[number] = play(space_, conviction, rules, tests_[number]);
  });
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace sectile::internal
