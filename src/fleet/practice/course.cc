#include "src/fleet/practice/course.h"

#include <algorithm>
#include <optional>

#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/random.h"

namespace sectile::internal {
namespace {

constexpr double kWarmUp = 5;  // Mean lifetimes.

}  // namespace

Course draw_course(std::span<const double> shares, double rate, std::size_t arrivals,
                   std::uint64_t seed) {
  fleet::Random random(seed);
  const fleet::WeightedChoice choice(shares);
  Course course{.warm_up = static_cast<std::size_t>(kWarmUp * rate), .seed = seed};
  course.arrivals.reserve(course.warm_up + arrivals);
  double time = 0;
  while (course.arrivals.size() < course.warm_up + arrivals) {
    time += random.exponential(1 / rate);
    const auto profile = static_cast<std::uint8_t>(choice.draw(random));
    course.arrivals.push_back(
        {.time = time, .lifetime = random.exponential(1), .profile = profile});
  }
  return course;
}

double Player::moved() const {
  return accepted_ > 0 ? static_cast<double>(moves_) / static_cast<double>(accepted_) : 0;
}

bool Player::may_move(double part) const {
  return static_cast<double>(moves_ + 1) <=
         part * rules_->moves_max * static_cast<double>(accepted_);
}

double Player::place(const Arrival& arrival, const Option& option) {
  arena_.place(arrival.profile, option, arrival.time + arrival.lifetime);
  ++accepted_;
  return rules_->reward[arrival.profile];
}

double Player::meet(const Arrival& arrival) {
  arena_.leave_until(arrival.time);
  if (const std::optional<Option> option = arena_.choose(arrival.profile)) {
    return place(arrival, *option);
  }
  if (may_move(1) && arena_.place_by_move(arrival.profile, arrival.time + arrival.lifetime)) {
    ++accepted_;
    ++moves_;
    return rules_->reward[arrival.profile] - rules_->move_price;
  }
  if (may_move(MovePolicy::kPartAfterRefusal) && arena_.consolidate(rules_->worth_a_move)) {
    ++moves_;
    return -rules_->move_price;
  }
  return 0;
}

double play(const StateSpace& space, const Conviction& conviction, const Rules& rules,
            const Course& course) {
  Player player(space, conviction, rules);
  double gained = 0;
  double asked = 0;
  for (std::size_t now = 0; now < course.arrivals.size(); ++now) {
    const double gain = player.meet(course.arrivals[now]);
    if (now >= course.warm_up) {
      gained += gain;
      asked += rules.reward[course.arrivals[now].profile];
    }
  }
  return asked > 0 ? gained / asked : 1;
}

}  // namespace sectile::internal
