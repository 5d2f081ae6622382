#include "sectile/fleet/static_mix.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "sectile/geometry/enumerate.h"
#include "src/fleet/program/program.h"
#include "src/fleet/program/ways.h"

namespace sectile {
namespace {

constexpr double kMillion = 1e6;  // Costs are whole millionths.

// Instances are counted one by one up to here, then in steps that keep this precision.
constexpr std::int64_t kFine = 64;

std::unexpected<Error> refuse(std::string message, std::string next = {}) {
  return fail(ErrorCode::kInvalidArgument, std::move(message), std::move(next));
}

Status check_mix(std::span<const FleetWant> mix, double offered) {
  std::int64_t sum = 0;
  for (const FleetWant& want : mix) {
    if (want.count < 0 || want.count > kMaxFleetCount || want.weight < 1 ||
        want.weight > kMaxFleetWeight) {
      return refuse("the share or the weight of " + describe(want) + " is out of range");
    }
    sum += want.count;
  }
  if (sum == 0) {
    return refuse("the mix is empty", "give the shares of the arrivals as counts");
  }
  // Written so that what is no number fails too.
  return offered > 0 && offered <= kMaxOffered
             ? Status()
             : refuse("the offered load must be above 0 and at most 100000000");
}

// By want: its part of what is offered.
std::vector<double> offered_by_want(std::span<const FleetWant> mix, double offered) {
  double sum = 0;
  for (const FleetWant& want : mix) {
    sum += static_cast<double>(want.count);
  }
  std::vector<double> result;
  for (const FleetWant& want : mix) {
    result.push_back(offered * static_cast<double>(want.count) / sum);
  }
  return result;
}

int least_positive(int one, int other) {
  return one == 0 || other == 0 ? std::max(one, other) : std::min(one, other);
}

// Memory slices of the smallest profile of the model that serves the want at no price; 0 if none
// does.
int slices_on(const Model& model, const FleetWant& want) {
  int least = 0;
  for (const Substitute& substitute : substitutes(model, want)) {
    if (substitute.price == 0) {
      least = least_positive(least, substitute.profile->memory_slices);
    }
  }
  return least;
}

// The same on any of the models.
template <typename Models>
int slices_of(const FleetWant& want, const Models& models) {
  int least = 0;
  for (const auto& each : models) {
    least = least_positive(least, slices_on(*each.model, want));
  }
  return least;
}

FleetWant without_larger(FleetWant want) {
  if (std::holds_alternative<ByProfile>(want.what)) {
    want.larger.reset();
  }
  return want;
}

StaticOutcome outcome_of(std::span<const double> offered, std::span<const std::int64_t> instances,
                         std::span<const int> slices) {
  StaticOutcome outcome;
  double count = 0;
  double memory = 0;
  double memory_offered = 0;
  double sum = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const double loss = offered[i] == 0 ? 0 : erlang_b(offered[i], instances[i]);
    outcome.wants.push_back({.offered = offered[i], .instances = instances[i], .loss = loss});
    count += offered[i] * (1 - loss);
    memory += offered[i] * (1 - loss) * slices[i];
    memory_offered += offered[i] * slices[i];
    sum += offered[i];
  }
  outcome.accepted_count = sum > 0 ? count / sum : 0;
  outcome.accepted_slices = memory_offered > 0 ? memory / memory_offered : 0;
  return outcome;
}

// The wants that instances of the profile serve.
std::vector<std::size_t> served_by(std::span<const FleetWant> mix, const Model& model,
                                   ProfileId profile) {
  std::vector<std::size_t> result;
  for (std::size_t want = 0; want < mix.size(); ++want) {
    const std::vector<Substitute> by = substitutes(model, without_larger(mix[want]));
    if (std::ranges::any_of(by,
                            [&](const Substitute& each) { return each.profile->id == profile; })) {
      result.push_back(want);
    }
  }
  return result;
}

// Adds `count` instances to the wants that share them, in proportion to what each offers.
void share(std::int64_t count, std::span<const std::size_t> wants, std::span<const double> offered,
           std::span<std::int64_t> instances) {
  double sum = 0;
  for (const std::size_t want : wants) {
    sum += offered[want];
  }
  std::int64_t left = count;
  for (const std::size_t want : wants) {
    const bool last = want == wants.back() || sum == 0;
    const auto part = static_cast<double>(count) * offered[want] / (last ? 1 : sum);
    const std::int64_t given = last ? left : std::min<std::int64_t>(std::llround(part), left);
    instances[want] += given;
    left -= given;
  }
}

// The program: GPUs get maximal layouts, and each want is a row of needs, one for each further
// instance (or a step of them), worth what that instance would carry.
class Mixing {
 public:
  Mixing(std::span<const FleetWant> mix, const StaticRequest& request)
      : request_(request), offered_(offered_by_want(mix, request.offered)) {
    for (const FleetWant& want : mix) {
      mix_.push_back(without_larger(want));
    }
  }

  Status ask();
  Result<StaticPlan> plan() const;

 private:
  void add_gpus(const StaticGpus& gpus);
  void add_needs(std::size_t want, std::int64_t most);
  double value_of(std::size_t want) const {
    return static_cast<double>(mix_[want].weight) *
           (request_.value == StaticValue::kCount ? 1 : slices_[want]);
  }
  StaticPlan read(const fleet::program::Solution& solution) const;

  const StaticRequest& request_;
  std::vector<FleetWant> mix_;
  std::vector<double> offered_;
  std::vector<int> slices_;
  fleet::program::Program program_;
  std::vector<std::unique_ptr<fleet::program::Ways>> ways_;  // Parallel to the request's GPUs.
  std::vector<std::size_t> layouts_;                         // By pattern.
  std::vector<std::vector<std::size_t>> items_;              // By want.
  std::vector<std::size_t> wants_;                           // By need.
};

void Mixing::add_gpus(const StaticGpus& gpus) {
  const Model& model = *gpus.model;
  const std::size_t first = program_.items;
  program_.items += model.profiles.size();
  std::vector<bool> taking_part(model.profiles.size(), false);
  for (std::size_t want = 0; want < mix_.size(); ++want) {
    for (const Substitute& substitute : substitutes(model, mix_[want])) {
      const std::size_t profile = fleet::program::profile_index(model, substitute.profile->id);
      taking_part[profile] = true;
      items_[want].push_back(first + profile);
    }
  }
  ways_.push_back(std::make_unique<fleet::program::Ways>(model, taking_part));
  for (const fleet::program::Way& way : ways_.back()->reachable({}, {})) {
    fleet::program::Pattern pattern{
        .group = program_.groups.size(), .gives = gives_of(way, first), .costs = {}};
    if (!pattern.gives.empty()) {
      program_.patterns.push_back(std::move(pattern));
      layouts_.push_back(way.layout);
    }
  }
  program_.groups.push_back({.count = gpus.count});
}

// Instances 1, 2, ... of the want. Each is worth less than the one before, so the program takes
// them in this order of itself.
void Mixing::add_needs(std::size_t want, std::int64_t most) {
  const double offered = offered_[want];
  double lost = offered;  // With `n` instances.
  for (std::int64_t n = 0; n < most && offered > 0;) {
    const std::int64_t step = std::min(std::max<std::int64_t>(1, n / kFine), most - n);
    const double then = offered * erlang_b(offered, n + step);
    const double worth = value_of(want) * (lost - then) / static_cast<double>(step) * kMillion;
    if (worth < 1) {
      return;
    }
    for (const std::size_t item : items_[want]) {
      program_.services.push_back({.item = item, .need = program_.needs.size(), .costs = {}});
    }
    program_.needs.push_back({.count = step, .optional = true, .unserved = {std::llround(worth)}});
    wants_.push_back(want);
    lost = then;
    n += step;
  }
}

Status Mixing::ask() {
  items_.resize(mix_.size());
  std::int64_t gpus = 0;
  for (const StaticGpus& each : request_.gpus) {
    if (each.model == nullptr || each.count < 1 || each.count > kMaxStaticGpus) {
      return refuse("a number of GPUs must be from 1 to " + std::to_string(kMaxStaticGpus));
    }
    gpus += each.count;
    add_gpus(each);
  }
  for (std::size_t want = 0; want < mix_.size(); ++want) {
    slices_.push_back(slices_of(mix_[want], request_.gpus));
    if (items_[want].empty()) {
      return refuse("none of the GPUs can ever serve " + describe(mix_[want]),
                    "sectile profiles MODEL lists what a model offers");
    }
    add_needs(want, gpus * static_cast<std::int64_t>(kMaxGpuInstances));
  }
  return {};
}

StaticPlan Mixing::read(const fleet::program::Solution& solution) const {
  StaticPlan plan;
  for (std::size_t i = 0; i < program_.patterns.size(); ++i) {
    if (solution.patterns[i] > 0) {
      const std::size_t group = program_.patterns[i].group;
      plan.layouts.push_back({.model = request_.gpus[group].model,
                              .layout = ways_[group]->layouts()[layouts_[i]],
                              .count = solution.patterns[i]});
    }
  }
  return plan;
}

Result<StaticPlan> Mixing::plan() const {
  // The costs are so fine that a search could go on for ever for a millionth: the gap is told.
  const Result<fleet::program::Answer> answer = fleet::program::solve(program_, {.nodes = 0});
  if (!answer) {
    return fail(answer);
  }
  StaticPlan plan = read(answer->solution);
  Result<StaticOutcome> outcome = expect_static(mix_, plan.layouts, request_.offered);
  if (!outcome) {
    return fail(outcome);
  }
  plan.outcome = std::move(*outcome);
  plan.lost = answer->levels.front();
  for (std::size_t want = 0; want < mix_.size(); ++want) {
    plan.offered += offered_[want] * value_of(want) * kMillion;
  }
  return plan;
}

}  // namespace

double erlang_b(double offered, std::int64_t servers) {
  if (offered <= 0) {
    return servers == 0 ? 1 : 0;
  }
  // 1 / B(n) = 1 + n / offered x 1 / B(n - 1): no term overflows but into infinity, which is B = 0.
  double inverse = 1;
  for (std::int64_t n = 1; n <= servers && std::isfinite(inverse); ++n) {
    inverse = 1 + static_cast<double>(n) / offered * inverse;
  }
  return std::isfinite(inverse) ? 1 / inverse : 0;
}

Result<StaticPlan> plan_static(std::span<const FleetWant> mix, const StaticRequest& request) {
  if (const Status sound = check_mix(mix, request.offered); !sound) {
    return fail(sound);
  }
  Mixing mixing(mix, request);
  if (const Status asked = mixing.ask(); !asked) {
    return fail(asked);
  }
  return mixing.plan();
}

Result<StaticOutcome> expect_static(std::span<const FleetWant> mix,
                                    std::span<const StaticLayout> layouts, double offered) {
  if (const Status sound = check_mix(mix, offered); !sound) {
    return fail(sound);
  }
  const std::vector<double> by_want = offered_by_want(mix, offered);
  std::vector<std::int64_t> instances(mix.size(), 0);
  std::vector<int> slices;
  for (const FleetWant& want : mix) {
    slices.push_back(std::max(slices_of(want, layouts), 1));
  }
  for (const StaticLayout& each : layouts) {
    for (const Slot& slot : each.layout.slots()) {
      share(each.count, served_by(mix, *each.model, slot.profile()), by_want, instances);
    }
  }
  return outcome_of(by_want, instances, slices);
}

}  // namespace sectile
