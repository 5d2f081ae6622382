#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "sectile/fleet/practice.h"
#include "src/fleet/practice/estimate.h"
#include "src/fleet/practice/move_price.h"
#include "src/fleet/practice/school.h"

namespace sectile {
namespace {

constexpr std::size_t kFewestRequests = 20'000;
constexpr std::size_t kMostRequests = 100'000'000;
constexpr double kMemory = 0.9;   // What an earlier round counts.
constexpr double kDoubt = 0.002;  // Of the requests of a round: see WorthEstimate.

Status check(const StateSpace& space, const Practice& practice) {
  const auto sound = [](double share) { return std::isfinite(share) && share >= 0; };
  if (practice.shares.size() != space.profiles().size() ||
      !std::ranges::all_of(practice.shares, sound)) {
    return fail(ErrorCode::kInvalidArgument, space.model().key + ": a mix is " +
                                                 std::to_string(space.profiles().size()) +
                                                 " shares, finite and none negative");
  }
  const bool is_part = practice.moves_max >= 0 && practice.moves_max <= 1;  // Nor is it NaN.
  if (!is_part || practice.gpus < 1 || practice.gpus > kMaxPractisedGpus || practice.rounds < 1 ||
      practice.rounds > kMaxPracticeRounds || practice.requests < kFewestRequests ||
      practice.requests > kMostRequests) {
    return fail(ErrorCode::kInvalidArgument,
                "practice takes 1 to " + std::to_string(kMaxPractisedGpus) + " GPUs, 1 to " +
                    std::to_string(kMaxPracticeRounds) + " rounds of " +
                    std::to_string(kFewestRequests) + " to " + std::to_string(kMostRequests) +
                    " requests, and moves as a part of what is accepted, 0 to 1");
  }
  if (space.size() > kMaxPractisedStates) {
    return fail(ErrorCode::kInvalidArgument,
                space.model().key + " has " + std::to_string(space.size()) +
                    " states with these profiles, and at most " +
                    std::to_string(kMaxPractisedStates) + " can be practised",
                "leave profiles out that nobody asks for");
  }
  return {};
}

// The best so far.
struct Best {
  internal::Belief belief = {};
  double value = 0;
  double move_price = 0;

  void consider(const internal::School& school, const internal::Belief& other, double price) {
    const double found = school.test(other, price);
    if (found > value) {
      *this = {.belief = other, .value = found, .move_price = price};
    }
  }
};

void approach(internal::Belief& mean, const internal::Belief& belief, double part) {
  for (std::size_t i = 0; i < mean.values().size(); ++i) {
    mean.values()[i] += part * (belief.values()[i] - mean.values()[i]);
  }
}

Practised learn(const internal::School& school, const Practice& practice) {
  internal::Belief belief = school.by_formula();
  Best best{.belief = belief, .value = school.test(belief, 0)};
  const double before = best.value;
  internal::Belief mean = belief;
  internal::BeliefEstimate estimate;
  internal::MovePrice price(practice.moves_max);
  const int settled = practice.rounds / 3;
  for (int round = 0; round < practice.rounds; ++round) {
    estimate.forget(kMemory);
    const double paid = price.value();
    const std::vector<internal::Taught> taught = school.lessons(belief, round, paid);
    for (const internal::Taught& part : taught) {
      estimate.add(part.lessons);
    }
    price.learn(taught);
    if (round == 0) {  // The formula may count in other units.
      const double scale = estimate.scale(belief);
      for (double& value : belief.values()) {
        value *= scale;
      }
    }
    belief = estimate.solve(belief, kDoubt * static_cast<double>(practice.requests));
    best.consider(school, belief, paid);
    if (round < settled) {
      continue;
    }
    // Small differences decide about the order, and go to and fro: so the mean is tried too.
    approach(mean, belief, 1.0 / (round - settled + 1));
    best.consider(school, mean, paid);
  }
  return {.preference = school.preference(best.belief, practice.gpus),
          .worth_a_move = school.worth_a_move(best.move_price),
          .before = before,
          .after = best.value};
}

}  // namespace

void one_by_one(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t number = 0; number < count; ++number) {
    task(number);
  }
}

Result<Practised> practise(const StateSpace& space, const Practice& practice,
                           const Spread& spread) {
  if (const Status sound = check(space, practice); !sound) {
    return fail(sound);
  }
  std::vector<double> shares = practice.shares;
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) {
    share = total > 0 ? share / total : 1.0 / static_cast<double>(shares.size());
  }
  return learn(internal::School(space, practice, std::move(shares), spread), practice);
}

}  // namespace sectile
