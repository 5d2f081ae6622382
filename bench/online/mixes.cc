#include "bench/online/mixes.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

#include "sectile/base/check.h"
#include "sectile/geometry/catalogue.h"
#include "src/base/surely.h"

namespace sectile::bench {
namespace {

const StateSpace& space_of(bool six) {
  const auto make = [](bool with_double) {
    return *StateSpace::of(**find_model("a100-80gb"), [&](const Profile& profile) {
      return profile.media == Media::kPlain && (with_double || !profile.double_memory());
    });
  };
  static const StateSpace all = make(true);
  static const StateSpace without_double = make(false);
  return six ? all : without_double;
}

// GPUs that the repacking fleet needs for many instances in these shares.
double gpus_per_instance(const Mix& mix) {
  constexpr int kInstances = 100'000;
  const double total = std::accumulate(mix.shares.begin(), mix.shares.end(), 0.0);
  std::size_t low = 1;
  std::size_t high = kInstances;
  while (low < high) {
    const std::size_t gpus = (low + high) / 2;
    const auto fleet = *make_repacking_fleet(*mix.space, gpus, mix.profiles);
    LossFleet::Ticket ticket = 0;
    bool held = true;
    for (std::size_t want = 0; held && want < mix.shares.size(); ++want) {
      const long count = std::lround(mix.shares[want] / total * kInstances);
      for (long i = 0; held && i < count; ++i) {
        held = fleet->arrive(want, ticket++);
      }
    }
    (held ? high : low) = held ? gpus : gpus + 1;
  }
  return static_cast<double>(low) / kInstances;
}

Mix make_mix(std::string name, bool six, std::vector<double> shares) {
  Mix mix;
  mix.name = std::move(name);
  mix.space = &space_of(six);
  mix.shares = std::move(shares);
  std::vector<const char*> names = {"1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"};
  if (six) {
    names.insert(names.begin() + 1, "1g.20gb");
  }
  for (const char* profile : names) {
    const Profile* const found = mix.space->model().find_by_name(profile);
    mix.profiles.push_back(surely(mix.space->find_profile(found->id)));
    mix.slices.push_back(found->memory_slices);
  }
  mix.gpus_per_instance = gpus_per_instance(mix);
  return mix;
}

}  // namespace

std::vector<Mix> mixes() {
  return {make_mix("five, uniform", false, {1, 1, 1, 1, 1}),
          make_mix("five, skew-small", false, {.80, .10, .05, .03, .02}),
          make_mix("five, bimodal", false, {.5, 0, 0, 0, .5}),
          make_mix("six, uniform", true, {1, 1, 1, 1, 1, 1}),
          make_mix("six, skew-big", true, {.05, .10, .10, .20, .25, .30})};
}

void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t number = next++; number < count; number = next++) {
      task(number);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
}

Acceptance measure(const Mix& mix, const Load& load, const MakeFleet& make) {
  const auto seeds = static_cast<std::size_t>(load.seeds);
  Acceptance result{.count = std::vector<double>(seeds), .slices = std::vector<double>(seeds)};
  std::vector<double> moves(seeds);
  on_all_cores(seeds, [&](std::size_t run) {
    const LossModel model{
        .arrivals = load.rho * static_cast<double>(load.gpus) / mix.gpus_per_instance,
        .shares = mix.shares,
        .slices = mix.slices,
        .lifetimes = load.lifetimes,
        .seed = run + 1};
    const std::unique_ptr<LossFleet> fleet = make(mix, load.gpus);
    const Result<LossOutcome> outcome = run_loss_model(model, *fleet);
    SECTILE_CHECK(outcome.has_value());
    result.count[run] = 100 * outcome->acceptance_by_count();
    result.slices[run] = 100 * outcome->acceptance_by_slices();
    moves[run] = 100 * outcome->moves_per_accepted();
  });
  result.moves = std::accumulate(moves.begin(), moves.end(), 0.0) / static_cast<double>(seeds);
  return result;
}

}  // namespace sectile::bench
