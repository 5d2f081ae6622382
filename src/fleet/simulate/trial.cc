#include "sectile/fleet/trial.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/fleet/fleet_index.h"
#include "sectile/fleet/plan.h"
#include "sectile/fleet/simulation.h"
#include "src/fleet/index/index_fleet.h"

namespace sectile {
namespace {

// Of the best way to serve the want; nothing if there is none.
std::optional<ProfileId> best_profile(const Model& model, const Want& want) {
  const std::vector<Choice> ways = choices(model, want);
  return ways.empty() ? std::nullopt : std::optional(ways.front().profile->id);
}

// The best way of each model that has one.
std::vector<ServedBy> served_by(const Want& want, std::span<const StaticGpus> gpus,
                                std::span<const ModelNumber> models) {
  std::vector<ServedBy> served;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (const std::optional<ProfileId> best = best_profile(*gpus[i].model, want)) {
      served.push_back({.model = models[i], .profile = *best});
    }
  }
  return served;
}

std::string label(const Want& want) {
  return describe(FleetWant{.what = want.what, .name = want.name});
}

// A space with nothing in it but what the wants may take.
Result<StateSpace> space_for(const Model& model, std::span<const Want> wants) {
  std::vector<ProfileId> used;
  for (const Want& want : wants) {
    if (const std::optional<ProfileId> best = best_profile(model, want)) {
      used.push_back(*best);
    }
  }
  if (used.empty()) {
    return fail(ErrorCode::kInvalidArgument, model.key + " serves nothing that is asked for",
                "leave it out of the fleet");
  }
  return StateSpace::of(model, [used](const Profile& profile) {
    return std::ranges::find(used, profile.id) != used.end();
  });
}

Status check_gpus(std::span<const StaticGpus> gpus) {
  std::int64_t count = 0;
  for (const StaticGpus& part : gpus) {
    if (part.model == nullptr || part.count < 1 ||
        part.count > static_cast<std::int64_t>(kMaxFleetGpus)) {
      return fail(ErrorCode::kInvalidArgument,
                  "a fleet has 1 to " + std::to_string(kMaxFleetGpus) + " GPUs of a model");
    }
    count += part.count;
    if (std::ranges::count(gpus, part.model, &StaticGpus::model) > 1) {
      return fail(ErrorCode::kInvalidArgument, part.model->key + " is in the fleet twice",
                  "add its counts");
    }
  }
  return count >= 1 && count <= static_cast<std::int64_t>(kMaxFleetGpus)
             ? Status{}
             : fail(ErrorCode::kInvalidArgument, "a fleet has 1 to " +
                                                     std::to_string(kMaxFleetGpus) + " GPUs, not " +
                                                     std::to_string(count));
}

// Slices on the first model that serves it, or why nothing does.
Result<int> slices_of(std::span<const StaticGpus> gpus, const Want& want) {
  for (const StaticGpus& part : gpus) {
    const std::vector<Choice> ways = choices(*part.model, want);
    if (!ways.empty() && ways.front().compute == nullptr) {
      return ways.front().profile->memory_slices;
    }
  }
  return fail(ErrorCode::kInvalidArgument, "no model of the fleet serves " + label(want),
              "`sectile profiles MODEL` lists what a model offers; compute instances are not "
              "simulated");
}

using PoolNumbers = std::map<std::pair<const Model*, ProfileId>, std::size_t>;

// Adds the instances of the layouts: those of one profile of one model are one pool.
PoolNumbers count_instances(std::span<const StaticLayout> layouts, StaticPools& pools) {
  PoolNumbers numbers;
  for (const StaticLayout& layout : layouts) {
    for (const Slot& slot : layout.layout.slots()) {
      const auto at = numbers.try_emplace({layout.model, slot.profile()}, numbers.size()).first;
      pools.instances.resize(numbers.size(), 0);
      pools.instances[at->second] += layout.count;
    }
  }
  return numbers;
}

// The pools of whole instances that may serve the want, the best first on each model.
std::vector<std::size_t> pools_for(const Want& want, std::span<const StaticGpus> gpus,
                                   const PoolNumbers& numbers) {
  std::vector<std::size_t> served;
  for (const StaticGpus& part : gpus) {
    std::vector<Choice> ways = choices(*part.model, want);
    std::erase_if(ways, [&](const Choice& way) {
      return way.compute != nullptr || !numbers.contains({part.model, way.profile->id});
    });
    for (const Choice& way : ways) {
      served.push_back(numbers.at({part.model, way.profile->id}));
    }
  }
  return served;
}

}  // namespace

Result<TrialGround> TrialGround::of(std::span<const StaticGpus> gpus, std::span<const Want> wants) {
  if (const Status sound = check_gpus(gpus); !sound) {
    return fail(sound);
  }
  if (wants.empty() || wants.size() > kMaxStreamWants) {
    return fail(ErrorCode::kInvalidArgument, "1 to " + std::to_string(kMaxStreamWants) +
                                                 " wants can be simulated, not " +
                                                 std::to_string(wants.size()));
  }
  TrialGround ground;
  ground.gpus_.assign(gpus.begin(), gpus.end());
  ground.wants_.assign(wants.begin(), wants.end());
  for (const Want& want : wants) {
    const Result<int> slices = slices_of(gpus, want);
    if (!slices) {
      return fail(slices);
    }
    ground.slices_.push_back(*slices);
  }
  for (const StaticGpus& part : gpus) {
    Result<StateSpace> space = space_for(*part.model, wants);
    if (!space) {
      return fail(space);
    }
    ground.spaces_.push_back(std::make_shared<const StateSpace>(*std::move(space)));
  }
  return ground;
}

std::int64_t TrialGround::gpu_count() const {
  return std::accumulate(gpus_.begin(), gpus_.end(), std::int64_t{0},
                         [](std::int64_t sum, const StaticGpus& part) { return sum + part.count; });
}

std::int64_t TrialGround::total_slices() const {
  return std::accumulate(gpus_.begin(), gpus_.end(), std::int64_t{0},
                         [](std::int64_t sum, const StaticGpus& part) {
                           return sum + part.count * part.model->memory_slices;
                         });
}

Result<double> TrialGround::full_load(std::span<const double> shares) const {
  constexpr std::int64_t kTimes = 1000;
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  FleetRequest request{.goals = {Goal::kUnserved}, .purchases = {}};
  for (const StaticGpus& part : gpus_) {
    request.purchases.push_back({.model = part.model, .count_max = part.count * kTimes});
  }
  const auto serves = [&](std::int64_t total) -> Result<bool> {
    std::vector<FleetWant> demand;
    demand.reserve(wants_.size());
    for (std::size_t i = 0; i < wants_.size(); ++i) {
      demand.push_back({.what = wants_[i].what,
                        .count = std::llround(static_cast<double>(total) * shares[i] / sum)});
    }
    const Result<FleetPlan> plan = plan_fleet({}, demand, request);
    if (!plan) {
      return fail(plan);
    }
    return plan->serves_all();
  };
  std::int64_t least = 0;
  std::int64_t most = std::min(kMaxFleetCount / 2, total_slices() * kTimes) + 1;
  while (most - least > std::max<std::int64_t>(1, least / 10'000)) {
    const std::int64_t middle = least + (most - least) / 2;
    const Result<bool> served = serves(middle);
    if (!served) {
      return fail(served);
    }
    (*served ? least : most) = middle;
  }
  return static_cast<double>(least) / static_cast<double>(kTimes);
}

Result<std::vector<Practised>> TrialGround::practise(std::span<const double> shares, Practice how,
                                                     const Spread& spread) const {
  std::vector<Practised> practised;
  for (std::size_t i = 0; i < gpus_.size(); ++i) {
    const StateSpace& space = *spaces_[i];
    how.gpus = std::min(kMaxPractisedGpus, static_cast<std::size_t>(gpus_[i].count));
    how.shares.assign(space.profiles().size(), 0);
    for (std::size_t want = 0; want < wants_.size(); ++want) {
      const std::optional<ProfileId> best = best_profile(*gpus_[i].model, wants_[want]);
      if (const auto profile = best ? space.find_profile(*best) : std::nullopt) {
        how.shares[*profile] += shares[want];
      }
    }
    Result<Practised> learned = sectile::practise(space, how, spread);
    if (!learned) {
      return fail(learned);
    }
    practised.push_back(*std::move(learned));
  }
  return practised;
}

Result<std::unique_ptr<LossFleet>> TrialGround::dynamic(
    Rule rule, const MovePolicy& moves, std::span<const Practised> practised) const {
  SECTILE_CHECK(practised.empty() || practised.size() == gpus_.size());
  FleetIndex index(rule);
  std::vector<ModelNumber> models;
  for (std::size_t i = 0; i < gpus_.size(); ++i) {
    models.push_back(index.add_model(*spaces_[i]));
    const auto count = static_cast<std::size_t>(gpus_[i].count);
    if (const Result<GpuNumber> added = index.add_gpus(models.back(), count); !added) {
      return fail(added);
    }
  }
  for (std::size_t i = 0; i < practised.size(); ++i) {
    if (const Status preferred = index.prefer(models[i], practised[i].preference); !preferred) {
      return fail(preferred);
    }
  }
  std::vector<WantNumber> wants;
  for (const Want& want : wants_) {
    const Result<WantNumber> added = index.add_want(served_by(want, gpus_, models));
    if (!added) {
      return fail(added);
    }
    wants.push_back(*added);
  }
  return Result<std::unique_ptr<LossFleet>>(
      std::make_unique<internal::IndexFleet>(std::move(index), std::move(wants), moves, spaces_));
}

std::unique_ptr<LossFleet> TrialGround::fixed(std::span<const StaticLayout> layouts) const {
  StaticPools pools{.instances = {}, .pools_of_want = {}};
  const PoolNumbers numbers = count_instances(layouts, pools);
  for (const Want& want : wants_) {
    pools.pools_of_want.push_back(pools_for(want, gpus_, numbers));
  }
  return make_static_fleet(std::move(pools));
}

}  // namespace sectile
