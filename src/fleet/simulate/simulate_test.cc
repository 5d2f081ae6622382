#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <numeric>
#include <utility>

#include "sectile/fleet/comparison.h"
#include "sectile/fleet/random.h"
#include "sectile/fleet/simulation.h"
#include "sectile/fleet/static_mix.h"

namespace sectile {
namespace {

StreamOfMix one_want(double arrivals, double until, std::uint64_t seed) {
  return {.arrivals = arrivals, .shares = {1}, .slices = {1}, .until = until, .seed = seed};
}

std::unique_ptr<LossFleet> pool(std::int64_t instances) {
  return make_static_fleet({.instances = {instances}, .pools_of_want = {{0}}});
}

TEST(SimulateTest, LossOfOnePoolIsErlangsFormula) {
  for (const auto& [offered, servers] :
       {std::pair(8.0, 10), std::pair(20.0, 20), std::pair(3.0, 1)}) {
    std::vector<double> losses;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const RequestStream stream = draw_stream(one_want(offered, 4000, seed)).value();
      const SimulationOutcome outcome = simulate(stream, servers, *pool(servers));
      losses.push_back(1 - measure(outcome, Measure::kAcceptedCount, servers));
    }
    const Interval found = interval(losses);
    const double expected = erlang_b(offered, servers);
    // Three half-widths: by chance alone it would fail once in a hundred million runs, and the
    // seeds are fixed.
    EXPECT_NEAR(found.mean, expected, 3 * found.half_width) << offered << " on " << servers;
    EXPECT_LT(found.half_width, 0.01);
  }
}

TEST(SimulateTest, UtilisationIsWhatIsCarried) {
  const RequestStream stream = draw_stream(one_want(8, 20'000, 3)).value();
  const SimulationOutcome outcome = simulate(stream, 10, *pool(10));
  EXPECT_NEAR(outcome.used_slices, 8 * (1 - erlang_b(8, 10)), 0.05);
}

// Written for its simplicity: it looks at everything again at each moment.
struct SlowOutcome {
  std::int64_t accepted = 0;
  std::vector<double> waits;
};

class SlowQueue {
 public:
  SlowQueue(const RequestStream& stream, std::vector<int> room, bool overtake)
      : stream_(stream), room_(std::move(room)), overtake_(overtake) {}

  SlowOutcome run() {
    while (step()) {
    }
    std::ranges::sort(outcome_.waits);
    return outcome_;
  }

 private:
  struct Running {
    double end;
    std::uint32_t want;
  };

  // Whatever happens next, if it happens in time.
  bool step() {
    const auto first = std::ranges::min_element(running_, {}, &Running::end);
    const double ends = first == running_.end() ? INFINITY : first->end;
    const double comes =
        next_ < stream_.requests.size() ? stream_.requests[next_].submit : INFINITY;
    const double now = std::min(ends, comes);
    if (now > stream_.until) {
      return false;
    }
    if (ends <= comes) {
      room_[first->want] += 1;
      running_.erase(first);
    } else {
      waiting_.push_back(stream_.requests[next_++]);
    }
    let_in(now);
    return true;
  }

  void let_in(double now) {
    for (auto each = waiting_.begin(); each != waiting_.end();) {
      if (room_[each->want] > 0) {
        room_[each->want] -= 1;
        running_.push_back({now + each->lifetime, each->want});
        outcome_.accepted += 1;
        outcome_.waits.push_back(now - each->submit);
        each = waiting_.erase(each);
      } else if (overtake_) {
        ++each;
      } else {
        return;
      }
    }
  }

  const RequestStream& stream_;
  std::vector<int> room_;
  bool overtake_;
  std::vector<Running> running_;
  std::list<SimulatedRequest> waiting_;
  std::size_t next_ = 0;
  SlowOutcome outcome_;
};

void expect_as_slow(const RequestStream& stream, Queueing queueing) {
  const auto fleet = make_static_fleet({.instances = {4, 2, 3}, .pools_of_want = {{0}, {1}, {2}}});
  const SimulationOutcome found = simulate(stream, 20, *fleet, queueing);
  const SlowOutcome expected = SlowQueue(stream, {4, 2, 3}, queueing == Queueing::kBackfill).run();
  ASSERT_EQ(std::accumulate(found.accepted.begin(), found.accepted.end(), std::int64_t{0}),
            expected.accepted);
  ASSERT_EQ(found.waits.size(), expected.waits.size());
  for (std::size_t i = 0; i < found.waits.size(); ++i) {
    ASSERT_NEAR(found.waits[i], expected.waits[i], 1e-9);
  }
}

TEST(SimulateTest, QueuesDoWhatASlowModelDoes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    StreamOfMix mix{.arrivals = 9, .shares = {3, 1, 2}, .slices = {1, 2, 4}, .until = 30};
    mix.seed = seed;
    mix.warm_up = 0;
    const RequestStream stream = draw_stream(mix).value();
    for (const Queueing queueing : {Queueing::kFifo, Queueing::kBackfill}) {
      SCOPED_TRACE(seed);
      ASSERT_NO_FATAL_FAILURE(expect_as_slow(stream, queueing));
    }
  }
}

TEST(SimulateTest, EqualSeedsGiveEqualStreamsAndOthersDoNot) {
  const RequestStream one = draw_stream(one_want(5, 100, 7)).value();
  EXPECT_EQ(one.requests, draw_stream(one_want(5, 100, 7)).value().requests);
  EXPECT_NE(one.requests, draw_stream(one_want(5, 100, 8)).value().requests);
}

TEST(SimulateTest, BlockedByStructureIsWhatWouldHaveHadRoom) {
  // Two pools of one slice each; a want of two slices that no pool serves.
  const RequestStream stream{.slices = {1, 2},
                             .requests = {{.submit = 0, .lifetime = 10, .want = 1},
                                          {.submit = 1, .lifetime = 10, .want = 0},
                                          {.submit = 2, .lifetime = 10, .want = 1}},
                             .until = 5};
  const auto fleet = make_static_fleet({.instances = {2}, .pools_of_want = {{0}, {}}});
  const SimulationOutcome outcome = simulate(stream, 2, *fleet);
  EXPECT_EQ(outcome.blocked, 2);
  EXPECT_EQ(outcome.blocked_by_structure, 1);  // At 0 both slices are free, at 2 only one is.
  EXPECT_EQ(outcome.blocked_slices, 4);
  EXPECT_EQ(outcome.blocked_slices_by_structure, 2);
}

TEST(SimulateTest, StreamsThatMakeNoSenseAreRefused) {
  StreamOfMix sound = one_want(5, 100, 1);
  EXPECT_TRUE(draw_stream(sound));
  for (const auto& spoil : std::vector<void (*)(StreamOfMix&)>{
           [](StreamOfMix& mix) { mix.arrivals = NAN; },
           [](StreamOfMix& mix) { mix.arrivals = -1; },
           [](StreamOfMix& mix) { mix.until = INFINITY; },
           [](StreamOfMix& mix) { mix.arrivals = 1e12; }, [](StreamOfMix& mix) { mix.warm_up = 1; },
           [](StreamOfMix& mix) { mix.shares = {0}; },
           [](StreamOfMix& mix) { mix.shares = {1, 2}; }, [](StreamOfMix& mix) { mix.slices = {}; },
           [](StreamOfMix& mix) { mix.samples = {{.want = 1, .lifetime = 1}}; },
           [](StreamOfMix& mix) { mix.samples = {{.want = 0, .lifetime = -1}}; }}) {
    StreamOfMix mix = sound;
    spoil(mix);
    EXPECT_EQ(draw_stream(mix).error().code, ErrorCode::kInvalidArgument);
  }
  const RequestStream backwards{
      .slices = {1},
      .requests = {{.submit = 2, .lifetime = 1}, {.submit = 1, .lifetime = 1}},
      .until = 5};
  EXPECT_FALSE(check_stream(backwards));
}

}  // namespace
}  // namespace sectile
