#include "sectile/fleet/loss_model.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <string>
#include <utility>

#include "sectile/fleet/random.h"

namespace sectile {
namespace {

constexpr double kMaxArrivals = 1e10;

Status check_model(const LossModel& model) {
  const auto sound = [](double share) { return std::isfinite(share) && share >= 0; };
  if (model.shares.empty() || model.shares.size() > fleet::WeightedChoice::kMaxWeights ||
      !std::ranges::all_of(model.shares, sound) ||
      !(std::accumulate(model.shares.begin(), model.shares.end(), 0.0) > 0)) {
    return fail(ErrorCode::kInvalidArgument,
                "the shares of a mix must be finite, none negative and one at least above 0");
  }
  if (model.slices.size() != model.shares.size()) {
    return fail(ErrorCode::kInvalidArgument, std::to_string(model.shares.size()) +
                                                 " shares, but sizes of " +
                                                 std::to_string(model.slices.size()) + " wants");
  }
  const double arrivals = model.arrivals * model.lifetimes;
  if (!(model.arrivals > 0) || !(model.lifetimes > 0) || !(arrivals <= kMaxArrivals)) {
    return fail(ErrorCode::kInvalidArgument,
                "arrivals and lifetimes must be above 0, and their product 10^10 at most");
  }
  const bool is_part = model.warm_up >= 0 && model.warm_up < 1;  // Nor is it NaN.
  if (!is_part) {
    return fail(ErrorCode::kInvalidArgument, "the warm-up is a part of the time: 0 to below 1");
  }
  return {};
}

// Who leaves when; the earliest first, and of the same moment the smaller ticket.
class Departures {
 public:
  using Ticket = LossFleet::Ticket;

  Ticket next_ticket() const {
    return free_.empty() ? static_cast<Ticket>(tickets_) : free_.back();
  }
  void add(double time) {
    const Ticket ticket = next_ticket();
    if (free_.empty()) {
      ++tickets_;
    } else {
      free_.pop_back();
    }
    queue_.emplace(time, ticket);
  }
  void leave_until(double time, LossFleet& fleet) {
    while (!queue_.empty() && queue_.top().first <= time) {
      const Ticket ticket = queue_.top().second;
      queue_.pop();
      free_.push_back(ticket);
      fleet.leave(ticket);
    }
  }

 private:
  using Departure = std::pair<double, Ticket>;
  std::priority_queue<Departure, std::vector<Departure>, std::greater<>> queue_;
  std::vector<Ticket> free_;
  std::size_t tickets_ = 0;
};

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 1;
}

}  // namespace

Result<LossOutcome> run_loss_model(const LossModel& model, LossFleet& fleet) {
  if (const Status sound = check_model(model); !sound) {
    return fail(sound);
  }
  fleet::Random random(model.seed);
  const fleet::WeightedChoice choice(model.shares);
  LossOutcome outcome{.offered = std::vector<std::int64_t>(model.shares.size()),
                      .accepted = std::vector<std::int64_t>(model.shares.size()),
                      .slices = model.slices};
  Departures departures;
  const double gap = 1 / model.arrivals;
  const double counted_from = model.warm_up * model.lifetimes;
  std::int64_t moves_before = 0;
  double time = 0;
  while ((time += random.exponential(gap)) <= model.lifetimes) {
    // Drawn whether it is accepted or not, so that every rule meets the same.
    const std::size_t want = choice.draw(random);
    const double lifetime = random.exponential(1);
    departures.leave_until(time, fleet);
    const bool counted = time > counted_from;
    if (!counted) {
      moves_before = fleet.moves();
    }
    const bool accepted = fleet.arrive(want, departures.next_ticket());
    if (accepted) {
      departures.add(time + lifetime);
    }
    if (!counted) {
      continue;
    }
    ++outcome.offered[want];
    if (accepted) {
      ++outcome.accepted[want];
    }
  }
  outcome.moves = fleet.moves() - moves_before;
  return outcome;
}

double LossOutcome::acceptance_by_count() const {
  const auto sum = [](const std::vector<std::int64_t>& of) {
    return static_cast<double>(std::accumulate(of.begin(), of.end(), std::int64_t{0}));
  };
  return ratio(sum(accepted), sum(offered));
}

double LossOutcome::acceptance_by_slices() const {
  const auto sum = [&](const std::vector<std::int64_t>& of) {
    return static_cast<double>(
        std::inner_product(of.begin(), of.end(), slices.begin(), std::int64_t{0}));
  };
  return ratio(sum(accepted), sum(offered));
}

double LossOutcome::moves_per_accepted() const {
  const auto total = std::accumulate(accepted.begin(), accepted.end(), std::int64_t{0});
  return total > 0 ? static_cast<double>(moves) / static_cast<double>(total) : 0;
}

Estimate estimate(std::span<const double> samples) {
  if (samples.empty()) {
    return {};
  }
  const auto count = static_cast<double>(samples.size());
  const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
  if (samples.size() == 1) {
    return {.mean = mean};
  }
  double squares = 0;
  for (const double sample : samples) {
    squares += (sample - mean) * (sample - mean);
  }
  constexpr double kNormal95 = 1.96;
  return {.mean = mean, .half_width = kNormal95 * std::sqrt(squares / (count - 1) / count)};
}

}  // namespace sectile
