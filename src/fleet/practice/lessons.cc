#include "src/fleet/practice/lessons.h"

#include <array>
#include <deque>
#include <span>
#include <utility>

#include "sectile/fleet/random.h"
#include "src/fleet/practice/belief.h"

namespace sectile::internal {
namespace {

// Another choice is one of the next best: what is far worse teaches nothing that matters.
constexpr std::size_t kOptions = 8;
constexpr std::size_t kArrivalsBetween = 2;

// `room`: before either.
Difference difference(const Conviction& conviction, const Room& room, const Option& one,
                      const Option& other) {
  Difference found{.states = {one.placing.to, one.from, other.placing.to, other.from}};
  const std::vector<ProfileSet>& takes = conviction.ranking.takes;
  const auto closed = [&](const Option& option) {
    return unsigned{takes[option.from]} & ~unsigned{takes[option.placing.to]};
  };
  const unsigned by_one = closed(one);
  for_each_profile(by_one ^ closed(other), [&](std::size_t profile) {
    const bool is_one = ((by_one >> profile) & 1) != 0;
    const std::size_t before = room_step(room[profile]);
    const std::size_t after = room_step(room[profile] - 1);
    if (before != after) {
      found.room[profile] = static_cast<std::uint8_t>(is_one ? after : before);
      found.other_room[profile] = static_cast<std::uint8_t>(is_one ? before : after);
    }
  });
  return found;
}

}  // namespace

Taught take_lessons(const StateSpace& space, const Conviction& conviction, const Rules& rules,
                    const Course& course, std::size_t horizon) {
  fleet::Random random(course.seed + 1);
  Player player(space, conviction, rules);
  Player other = player;
  const std::span<const Arrival> arrivals(course.arrivals);
  std::vector<Lesson> taken;
  std::size_t known = 0;         // Lessons that are over.
  std::deque<std::size_t> ends;  // Of the others: the arrival after which they are.
  double gained = 0;             // By what was chosen, up to now.
  for (std::size_t now = 0; now < arrivals.size(); ++now) {
    const Arrival& arrival = arrivals[now];
    player.leave_until(arrival.time);
    std::array<Option, kOptions> options;
    const bool look =
        now >= course.warm_up && now % kArrivalsBetween == 0 && now + horizon < arrivals.size();
    const std::size_t found = look ? player.arena().choose(arrival.profile, options) : 0;
    const bool is_lesson = found > 1;
    if (is_lesson) {
      const Option& second = options[1 + random.below(found - 1)];
      other = player;
      other.place(arrival, second);
      double gain = 0;
      for (const Arrival& next : arrivals.subspan(now + 1, horizon)) {
        gain += other.meet(next);
      }
      taken.push_back(
          {.difference = difference(conviction, player.arena().room(), options[0], second),
           .gain = -gain - other.arena().worth()});
      ends.push_back(now + horizon);
    }
    gained += player.meet(arrival);
    if (is_lesson) {
      taken.back().gain -= gained;
    }
    for (; !ends.empty() && ends.front() == now; ends.pop_front()) {
      taken[known++].gain += gained + player.arena().worth();
    }
  }
  taken.resize(known);
  return {.lessons = std::move(taken), .moved = player.moved()};
}

}  // namespace sectile::internal
