#include "bench/online/speed.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "bench/online/mixes.h"
#include "bench/row.h"
#include "sectile/base/check.h"
#include "sectile/fleet/fleet_index.h"
#include "sectile/fleet/practice.h"
#include "sectile/fleet/random.h"

namespace sectile::bench {
namespace {

// Of this thread alone, so that what else runs on the machine counts only by the caches it spoils.
struct Clock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::nanoseconds;
  static time_point now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
};

double nanoseconds(Clock::duration taken, std::size_t of) {
  return std::chrono::duration<double, std::nano>(taken).count() / static_cast<double>(of);
}

struct Speed {
  double place = 0;    // Nanoseconds.
  double release = 0;  // Likewise.
  double bytes = 0;    // Of index a GPU.
};

// Filled until something is refused, then emptied and filled again, a hundredth at a time in random
// order: the lists are as mixed as in a fleet that has run for long.
class Churn {
 public:
  Churn(const Mix& mix, std::size_t gpus, const Preference* preference)
      : mix_(mix), random_(1), choice_(mix.shares) {
    const ModelNumber model = index_.add_model(*mix.space);
    SECTILE_CHECK(preference == nullptr || index_.prefer(model, *preference).has_value());
    SECTILE_CHECK(index_.add_gpus(model, gpus).has_value());
    for (const std::size_t profile : mix.profiles) {
      const ServedBy served[] = {{.model = model, .profile = mix.space->profiles()[profile].id}};
      wants_.push_back(*index_.add_want(served));
    }
    while (const auto placed = index_.place(wants_[choice_.draw(random_)])) {
      live_.push_back(*placed);
      SECTILE_CHECK(live_.size() <= gpus * kMaxGpuInstances);
    }
    for (int i = 0; i < 5; ++i) {
      refill(live_.size() / 5);
    }
  }

  Speed measure() {
    Speed speed;
    const std::size_t batch = std::min<std::size_t>(live_.size() / 4, 200'000);
    constexpr int kRounds = 5;
    Clock::duration releasing{};
    Clock::duration placing{};
    for (int round = 0; round < kRounds; ++round) {
      shuffle_to_end(batch);
      const Clock::time_point start = Clock::now();
      for (std::size_t i = 0; i < batch; ++i) {
        const Status released = index_.release(live_[live_.size() - 1 - i]);
        SECTILE_CHECK(released.has_value());
      }
      releasing += Clock::now() - start;
      live_.resize(live_.size() - batch);
      placing += place_batch(batch);
    }
    speed.release = nanoseconds(releasing, batch * kRounds);
    speed.place = nanoseconds(placing, batch * kRounds);
    speed.bytes = static_cast<double>(index_.memory_bytes()) / static_cast<double>(index_.gpus());
    return speed;
  }

 private:
  // Moves instances drawn at random to the end, so that reading which one leaves costs nothing.
  void shuffle_to_end(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t last = live_.size() - 1 - i;
      std::swap(live_[last], live_[random_.below(last + 1)]);
    }
  }

  Clock::duration place_batch(std::size_t count) {
    std::vector<WantNumber> asked(count);
    for (WantNumber& want : asked) {
      want = wants_[choice_.draw(random_)];
    }
    live_.reserve(live_.size() + count);
    const Clock::time_point start = Clock::now();
    for (const WantNumber want : asked) {
      if (const auto placed = index_.place(want)) {
        live_.push_back(*placed);
      }
    }
    return Clock::now() - start;
  }

  void refill(std::size_t count) {
    shuffle_to_end(count);
    for (std::size_t i = 0; i < count; ++i) {
      SECTILE_CHECK(index_.release(live_.back()).has_value());
      live_.pop_back();
    }
    place_batch(count);
  }

  const Mix& mix_;
  FleetIndex index_;
  fleet::Random random_;
  fleet::WeightedChoice choice_;
  std::vector<WantNumber> wants_;
  std::vector<FleetInstance> live_;
};

// One place and one release in turn on a fleet that a scan serves.
double scan_speed(const Mix& mix, std::size_t gpus) {
  std::vector<double> shares(mix.space->profiles().size(), 1);
  const auto fleet = make_scan_fleet(*mix.space, Rule::kForesight, gpus, mix.profiles, shares);
  fleet::Random random(1);
  const fleet::WeightedChoice choice(mix.shares);
  std::vector<LossFleet::Ticket> live;
  LossFleet::Ticket next = 0;
  while (fleet->arrive(choice.draw(random), next)) {
    live.push_back(next++);
  }
  constexpr int kPlacings = 2000;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < kPlacings; ++i) {
    LossFleet::Ticket& replaced = live[random.below(live.size())];
    fleet->leave(replaced);
    if (!fleet->arrive(choice.draw(random), replaced)) {
      SECTILE_CHECK(fleet->arrive(0, replaced));
    }
  }
  return nanoseconds(Clock::now() - start, kPlacings);
}

// How good it is does not matter here.
Preference brief_practice(const Mix& mix) {
  const Result<Practised> learned =
      practise(*mix.space,
               {.shares = mix.shares, .gpus = kMaxPractisedGpus, .rounds = 2, .requests = 200'000},
               on_all_cores);
  SECTILE_CHECK(learned.has_value());
  return learned->preference;
}

void print_speed_on(const Mix& mix, std::size_t gpus, double scan, const Preference* preference) {
  const auto churn = std::make_unique<Churn>(mix, gpus, preference);
  const Speed speed = churn->measure();
  const char* const how = preference != nullptr ? ", practised" : "";
  print_row({.what = fmt::format("place on {} GPUs{}", gpus, how),
             .unit = "ns",
             .ours = fmt::format("{:.0f}", speed.place),
             .other = fmt::format("{:.0f}", scan),
             .ratio = fmt::format("{:.0f}", scan / speed.place)});
  print_row({.what = fmt::format("release on {} GPUs{}", gpus, how),
             .unit = "ns",
             .ours = fmt::format("{:.0f}", speed.release)});
  print_row({.what = fmt::format("index for {} GPUs{}", gpus, how),
             .unit = "bytes a GPU",
             .ours = fmt::format("{:.1f}", speed.bytes)});
}

}  // namespace

void print_speed() {
  const Mix mix = mixes().front();
  const double scan = scan_speed(mix, 10'000);
  const Preference preference = brief_practice(mix);
  fmt::print("# processor time of one core; other: a scan of 10,000 GPUs in the same run\n");
  for (const std::size_t gpus : {100UL, 10'000UL, 100'000UL, 1'000'000UL, 10'000'000UL}) {
    print_speed_on(mix, gpus, scan, nullptr);
    print_speed_on(mix, gpus, scan, &preference);
  }
}

}  // namespace sectile::bench
