#include "src/fleet/practice/school.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "sectile/fleet/rule.h"
#include "src/fleet/index/foresight.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kParts = 4;  // Of a round, each at a load of its own.
constexpr std::size_t kTests = 8;
// Mean lifetimes that a test takes and the search for a load: of 100 GPUs, and the least. More GPUs
// need less, for there is less chance in them.
constexpr double kTestLifetimes = 150;
constexpr double kLoadLifetimes = 100;
constexpr double kFewestLifetimes = 10;
// Lessons are taken on no more GPUs, and tests on as many as there are.
constexpr std::size_t kLessonGpus = 400;
// Loads, as what part of the slices the rule accepts. Where instances may move, close to a load of
// 1: far above it most of the refused are beyond help, and moves for them are wasted.
constexpr std::array<double, kParts> kAccepted = {0.76, 0.82, 0.89, 0.97};
// A large fleet loses less at the same load: there as near to a load of 1.
constexpr std::size_t kLarge = 1000;  // GPUs.
constexpr std::array<double, kParts> kAcceptedLarge = {0.95, 0.97, 0.98, 0.985};
constexpr std::array<double, kParts> kAcceptedMoving = {0.88, 0.90, 0.92, 0.95};
// Mean lifetimes that a lesson is followed for: longer is truer, but of two fleets that differ in
// one placement most of what happens later is chance.
constexpr double kHorizon = 0.15;
constexpr double kCountWeight = 4;  // What a request counts besides its slices, in mean requests.
constexpr double kMovePrice =
    1.5;  // In slices: moves are scarce, and fleets must not live on them.

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
  const Conviction formula = convinced(by_formula());
  for (const double accepted : moving                    ? kAcceptedMoving
                               : practice.gpus >= kLarge ? kAcceptedLarge
                                                         : kAccepted) {
    rates_.push_back(rate_for(formula, accepted));
  }
  for (std::size_t test = 0; test < kTests; ++test) {
    const double rate = rates_[test % kParts];
    tests_.push_back(draw_course(shares_, rate, arrivals(rate, kTestLifetimes), seed(0, test)));
  }
}

std::uint64_t School::seed(std::size_t round, std::size_t part) const {
  return practice_.seed * 1'000'003 + round * 101 + part;
}

std::vector<double> School::by_formula() const {
  const double unit = std::ranges::max(rules_.reward);
  std::vector<double> worth;
  for (const float lack : foresight_potentials(space_, shares_)) {
    worth.push_back(-lack * unit);
  }
  return worth;
}

std::vector<float> School::lacks(std::span<const double> worth) const {
  const double unit = std::ranges::max(rules_.reward);
  std::vector<float> result;
  result.reserve(worth.size());
  for (const double value : worth) {
    result.push_back(static_cast<float>(-value / unit));
  }
  return result;
}

Conviction School::convinced(std::span<const double> worth) const {
  return {.ranking = rank_states(space_, make_rule_table(space_, lacks(worth))),
          .worth = {worth.begin(), worth.end()}};
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

std::vector<std::vector<Lesson>> School::lessons(std::span<const double> worth, int round) const {
  const Conviction conviction = convinced(worth);
  std::vector<std::vector<Lesson>> taken(kParts);
  Rules priced = rules_;
  priced.move_price = kMovePrice;
  priced.gpus = std::min(rules_.gpus, kLessonGpus);
  const double part_of_fleet = static_cast<double>(priced.gpus) / static_cast<double>(rules_.gpus);
  spread_(kParts, [&](std::size_t part) {
    const std::uint64_t own = seed(static_cast<std::size_t>(round) + 1, part);
    const double rate = rates_[part] * part_of_fleet;
    const Course course = draw_course(shares_, rate, practice_.requests / kParts, own);
    taken[part] =
        take_lessons(space_, conviction, priced, course, static_cast<std::size_t>(kHorizon * rate));
  });
  return taken;
}

double School::test(std::span<const double> worth) const {
  const Conviction conviction = convinced(worth);
  std::vector<double> values(tests_.size());
  spread_(tests_.size(), [&](std::size_t number) {
    values[number] = play(space_, conviction, rules_, tests_[number]);
  });
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(kTests);
}

}  // namespace sectile::internal
