// plan_services(): from a request to a plan, one step after the other.
#include "sectile/fleet/service.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "src/fleet/service/options.h"
#include "src/fleet/service/search.h"
#include "src/fleet/service/spread.h"

namespace sectile::fleet {
namespace {

using internal::Answer;
using internal::CoverNeed;
using internal::Ground;
using internal::kNobody;
using internal::Place;

constexpr int kSpreadRounds = 12;
constexpr int kFewGpus = 6;  // Of which every way to cut them is tried.
constexpr int kShapingsMax = 1500;

// The question in numbers.
struct Question {
  Ground ground;
  std::vector<ServiceOption> options;
  std::vector<Rate> targets;
  std::vector<CoverNeed> needs;
  std::vector<std::vector<std::size_t>> option_of;  // Of each service and profile of the ground.
};

Question ask(const ServiceRequest& request, std::vector<ServiceOption> options) {
  Question question{.ground = internal::make_ground(request.gpus, options),
                    .options = std::move(options),
                    .targets = {},
                    .needs = {},
                    .option_of = {}};
  const std::size_t profiles = question.ground.profiles.size();
  for (const Service& service : request.services) {
    const Rate target = internal::target_of(service, request.admission);
    question.targets.push_back(target);
    question.needs.push_back({.target = target.micro,
                              .capacities = std::vector<std::int64_t>(profiles, 0),
                              .spare = request.spare != Spare::kNone});
    question.option_of.emplace_back(profiles, question.options.size());
  }
  for (std::size_t i = 0; i < question.options.size(); ++i) {
    const ServiceOption& option = question.options[i];
    const std::size_t profile = question.ground.find(*option.model, option.profile);
    question.needs[option.service].capacities[profile] = option.throughput.micro;
    question.option_of[option.service][profile] = i;
  }
  return question;
}

// As few instances of the profile as the service can do with.
void trim_profile(std::vector<int>& counts, std::size_t profile, const CoverNeed& need) {
  bool met = true;
  while (met && counts[profile] > 0) {
    --counts[profile];
    met = need.met_by(counts);
  }
  counts[profile] += met ? 0 : 1;
}

// Takes away instances that a service does not need, the largest first.
void trim(std::vector<int>& counts, const CoverNeed& need, const Ground& ground) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t p) {
    return ground.profiles[p].profile->memory_slices;
  });
  for (const std::size_t p : order) {
    trim_profile(counts, p, need);
  }
}

// The shape of each GPU of the shaping.
std::vector<const internal::Shape*> shapes_of(const Ground& ground, std::span<const int> shaping) {
  std::vector<const internal::Shape*> shapes;
  for (std::size_t i = 0; i < shaping.size(); ++i) {
    shapes.insert(shapes.end(), static_cast<std::size_t>(shaping[i]), &ground.shapes[i]);
  }
  return shapes;
}

// The places of all GPUs of the shaping, in order of GPU and start.
std::vector<Place> places_of(const Ground& ground, std::span<const int> shaping) {
  std::vector<Place> places;
  const std::vector<const internal::Shape*> shapes = shapes_of(ground, shaping);
  for (std::size_t gpu = 0; gpu < shapes.size(); ++gpu) {
    const Model& model = *ground.supplies[shapes[gpu]->supply].model;
    for (const Slot& slot : shapes[gpu]->layout.slots()) {
      places.push_back({.gpu = gpu, .profile = ground.find(model, slot.profile())});
    }
  }
  return places;
}

// The first service that still needs an instance of the profile, which is then counted as had.
int next_for(std::vector<std::vector<int>>& left, std::size_t profile) {
  const auto service = std::ranges::find_if(
      left, [&](const std::vector<int>& counts) { return counts[profile] > 0; });
  if (service == left.end()) {
    return kNobody;
  }
  --(*service)[profile];
  return static_cast<int>(service - left.begin());
}

// Gives the places of each shape to the services in order, the same place of all its GPUs first: so
// GPUs look alike, and a service is spread over many.
void fill(std::vector<Place>& places, const Ground& ground, std::span<const int> shaping,
          std::vector<std::vector<int>> left) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < shaping.size(); ++i) {
    const std::size_t slots = ground.shapes[i].layout.size();
    const std::size_t all = slots * static_cast<std::size_t>(shaping[i]);
    for (std::size_t n = 0; n < all; ++n) {
      const std::size_t gpus = all / slots;
      Place& place = places[first + n % gpus * slots + n / gpus];
      place.service = next_for(left, place.profile);
    }
    first += all;
  }
}

struct Placed {
  std::vector<int> shaping;
  std::vector<Place> places;
  std::vector<std::int64_t> lack =
      {};  // Of each service without its worst GPU; empty if no matter.

  bool good() const {
    return std::ranges::all_of(lack, [](std::int64_t n) { return n == 0; });
  }
  int gpus() const { return std::accumulate(shaping.begin(), shaping.end(), 0); }
};

// The services at the places of a shaping; with kGpu so that any GPU may fail, as far as possible.
Placed place(const Question& question, const std::vector<std::vector<int>>& covers,
             std::vector<int> shaping, Spare spare) {
  Placed placed{.shaping = std::move(shaping), .places = {}};
  placed.places = places_of(question.ground, placed.shaping);
  fill(placed.places, question.ground, placed.shaping, covers);
  if (spare == Spare::kGpu) {
    std::vector<std::vector<std::int64_t>> capacities;
    std::vector<std::int64_t> targets;
    for (const CoverNeed& need : question.needs) {
      capacities.push_back(need.capacities);
      targets.push_back(need.target);
    }
    const auto gpus = static_cast<std::size_t>(placed.gpus());
    placed.lack = internal::spread(placed.places,
                                   {.capacities = capacities, .targets = targets, .gpus = gpus});
  }
  return placed;
}

bool within_supplies(const Ground& ground, std::span<const int> shaping) {
  std::vector<int> used(ground.supplies.size(), 0);
  for (std::size_t i = 0; i < shaping.size(); ++i) {
    used[ground.shapes[i].supply] += shaping[i];
  }
  for (std::size_t s = 0; s < used.size(); ++s) {
    if (used[s] > ground.supplies[s].count_max.value_or(used[s])) {
      return false;
    }
  }
  return true;
}

// With `extra` GPUs of one more shape; the first that works.
std::optional<Placed> place_with_more(const Question& question,
                                      const std::vector<std::vector<int>>& covers,
                                      const std::vector<int>& shaping, int extra) {
  for (std::size_t i = 0; i < shaping.size(); ++i) {
    std::vector<int> more = shaping;
    more[i] += extra;
    if (!within_supplies(question.ground, more)) {
      continue;
    }
    Placed placed = place(question, covers, std::move(more), Spare::kGpu);
    if (placed.good()) {
      return placed;
    }
  }
  return std::nullopt;
}

void trim_all(Answer& answer, std::span<const CoverNeed> needs, const Ground& ground) {
  for (std::size_t s = 0; s < answer.covers.size(); ++s) {
    trim(answer.covers[s], needs[s], ground);
  }
}

// With more instances of the services of which some GPU holds too much.
std::optional<Placed> place_with_reserve(const Question& question, Placed placed, int effort) {
  std::vector<CoverNeed> needs = question.needs;
  for (int round = 0; round < kSpreadRounds; ++round) {
    for (std::size_t s = 0; s < needs.size(); ++s) {
      needs[s].target += placed.lack[s];
    }
    Answer answer = internal::search(question.ground, needs, effort);
    if (!answer.found) {
      return std::nullopt;
    }
    trim_all(answer, needs, question.ground);
    placed = place(question, answer.covers, std::move(answer.shaping), Spare::kGpu);
    if (placed.good()) {
      return placed;
    }
  }
  return std::nullopt;
}

// On any `gpus` GPUs whatever, of few: every way to cut them, up to some number of tries.
class AnyShaping {
 public:
  AnyShaping(const Question& question, const std::vector<std::vector<int>>& covers)
      : question_(question), covers_(covers), shaping_(question.ground.shapes.size(), 0) {}

  std::optional<Placed> run(int gpus) {
    tries_ = 0;
    visit(0, gpus);
    return std::move(best_);
  }

 private:
  void visit(std::size_t shape, int gpus) {
    if (best_ || tries_ >= kShapingsMax || shape == shaping_.size()) {
      return;
    }
    if (gpus > 0) {
      ++shaping_[shape];
      visit(shape, gpus - 1);
      --shaping_[shape];
      visit(shape + 1, gpus);
      return;
    }
    ++tries_;
    if (within_supplies(question_.ground, shaping_)) {
      Placed placed = place(question_, covers_, shaping_, Spare::kGpu);
      if (placed.good()) {
        best_ = std::move(placed);
      }
    }
  }

  const Question& question_;
  const std::vector<std::vector<int>>& covers_;
  std::vector<int> shaping_;
  std::optional<Placed> best_;
  int tries_ = 0;
};

// Of `gpus` GPUs one holds at least that part of everything: so that it may fail, each service
// needs gpus / (gpus - 1) of its rate.
Answer search_for(const Question& question, int gpus, int effort) {
  std::vector<CoverNeed> needs = question.needs;
  for (CoverNeed& need : needs) {
    const std::int64_t rest = gpus - 1;
    need.total = need.target + (need.target + rest - 1) / rest;
  }
  Answer answer = internal::search(question.ground, needs, effort);
  trim_all(answer, needs, question.ground);
  return answer;
}

struct Solved {
  Answer answer;  // The proof is that of the first question.
  std::optional<Placed> placed;
};

// On exactly `gpus` GPUs, beginning from the answer of search_for().
std::optional<Placed> place_on(const Question& question, const Answer& answer, int gpus) {
  const int extra = gpus - std::accumulate(answer.shaping.begin(), answer.shaping.end(), 0);
  if (!answer.found || extra < 0) {
    return std::nullopt;
  }
  std::optional<Placed> placed;
  if (extra > 0) {
    placed = place_with_more(question, answer.covers, answer.shaping, extra);
  } else if (Placed exact = place(question, answer.covers, answer.shaping, Spare::kGpu);
             exact.good()) {
    placed = std::move(exact);
  }
  return placed || gpus > kFewGpus ? placed : AnyShaping(question, answer.covers).run(gpus);
}

// For the loss of any GPU: raises the bound of `solved` while no so few GPUs can do, then places.
void survive_gpu(const Question& question, int effort, Solved& solved) {
  int gpus = std::max(2, solved.answer.bound);
  Answer answer = search_for(question, gpus, effort);
  while (gpus < kMaxServiceGpus && answer.bound > gpus) {
    answer = search_for(question, ++gpus, effort);
  }
  solved.answer.bound = gpus;
  solved.placed = place_on(question, answer, gpus);
  if (solved.placed || !answer.found) {
    return;
  }
  const Placed begun = place(question, answer.covers, answer.shaping, Spare::kGpu);
  std::optional<Placed> reserve = place_with_reserve(question, begun, effort);
  const int most = reserve ? reserve->gpus() - 1 : gpus + kSpreadRounds;
  for (++gpus; gpus <= most && !solved.placed; ++gpus) {
    solved.placed = place_on(question, answer, gpus);
  }
  if (!solved.placed) {
    solved.placed = std::move(reserve);
  }
}

ServiceProof proof_of(const Question& question, const Answer& answer) {
  ServiceProof proof;
  for (std::size_t p = 0; p < answer.prices.size(); ++p) {
    const internal::GroundProfile& profile = question.ground.profiles[p];
    proof.prices.push_back({.model = question.ground.supplies[profile.supply].model,
                            .profile = profile.profile->id,
                            .nano = answer.prices[p]});
  }
  for (std::size_t s = 0; s < answer.scarcities.size(); ++s) {
    if (answer.scarcities[s] > 0) {
      proof.scarcities.push_back(
          {.model = question.ground.supplies[s].model, .nano = answer.scarcities[s]});
    }
  }
  proof.cheapest = answer.cheapest;
  proof.bound_nano = answer.root_bound_nano;
  return proof;
}

// The next GPU with the instances at its places, if it has any.
void add_gpu(const Question& question, const internal::Shape& shape, std::span<const Place> places,
             ServicePlan& plan) {
  ServiceGpu gpu{.model = question.ground.supplies[shape.supply].model, .layout = shape.layout};
  const std::size_t before = plan.instances.size();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Placement placement = shape.layout.slots()[i].placement();
    if (places[i].service == kNobody) {
      gpu.layout = gpu.layout.without(placement);
      continue;
    }
    const auto service = static_cast<std::size_t>(places[i].service);
    const std::size_t option = question.option_of[service][places[i].profile];
    plan.capacities[service] = plan.capacities[service] + question.options[option].throughput;
    plan.instances.push_back({.option = option, .gpu = plan.gpus.size(), .placement = placement});
  }
  if (plan.instances.size() > before) {
    plan.gpus.push_back(gpu);
  }
}

// GPUs and instances of the places that somebody has; GPUs without any are left out.
void materialise(const Question& question, const Placed& placed, ServicePlan& plan) {
  plan.capacities.assign(question.targets.size(), Rate{});
  std::span<const Place> rest = placed.places;
  for (const internal::Shape* shape : shapes_of(question.ground, placed.shaping)) {
    add_gpu(question, *shape, rest.first(shape->layout.size()), plan);
    rest = rest.subspan(shape->layout.size());
  }
}

// So that GPUs with the same on them stand together.
void put_alike_together(ServicePlan& plan) {
  std::vector<std::vector<std::size_t>> held(plan.gpus.size());  // Options, by GPU.
  for (const ServiceInstance& instance : plan.instances) {
    held[instance.gpu].push_back(instance.option);
  }
  std::vector<std::size_t> order(plan.gpus.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t gpu) {
      return std::tie(plan.gpus[gpu].model->key, plan.gpus[gpu].layout, held[gpu]);
    };
    return key(a) < key(b);
  });
  std::vector<std::size_t> place_of(order.size());
  std::vector<ServiceGpu> gpus;
  for (std::size_t i = 0; i < order.size(); ++i) {
    place_of[order[i]] = i;
    gpus.push_back(plan.gpus[order[i]]);
  }
  plan.gpus = std::move(gpus);
  for (ServiceInstance& instance : plan.instances) {
    instance.gpu = place_of[instance.gpu];
  }
  std::ranges::stable_sort(plan.instances, {}, [](const ServiceInstance& instance) {
    return std::pair(instance.gpu, instance.placement);
  });
}

Solved solve(const Question& question, const ServiceRequest& request) {
  Solved solved{.answer = internal::search(question.ground, question.needs, request.effort),
                .placed = std::nullopt};
  if (!solved.answer.found) {
    return solved;
  }
  if (request.spare == Spare::kGpu) {
    survive_gpu(question, request.effort, solved);
    return solved;
  }
  trim_all(solved.answer, question.needs, question.ground);
  solved.placed = place(question, solved.answer.covers, solved.answer.shaping, request.spare);
  return solved;
}

// Why the GPUs do not suffice: how many of these models would.
ServiceFailure failure(Question question, const ServiceRequest& request, bool proven) {
  for (GpuSupply& supply : question.ground.supplies) {
    supply.count_max = std::nullopt;
  }
  const Solved free = solve(question, request);
  int there = 0;  // GPUs in all; too many to lack if any model has no limit.
  for (const GpuSupply& supply : request.gpus) {
    there = std::min(kMaxServiceGpus, there + supply.count_max.value_or(kMaxServiceGpus));
  }
  return {.refused = {},
          .gpus_bound = free.answer.bound,
          .gpus_found = free.placed ? free.placed->gpus() : 0,
          .proven = proven || free.answer.bound > there};
}

}  // namespace

std::expected<ServicePlan, ServiceFailure> plan_services(const ServiceRequest& request) {
  internal::Options found = internal::find_options(request);
  if (!found.refused.empty()) {
    return std::unexpected(ServiceFailure{.refused = std::move(found.refused)});
  }
  const Question question = ask(request, std::move(found.options));
  const Solved solved = solve(question, request);
  if (!solved.placed) {
    return std::unexpected(failure(question, request, solved.answer.bound > kMaxServiceGpus));
  }
  ServicePlan plan{.options = question.options,
                   .gpus = {},
                   .instances = {},
                   .targets = question.targets,
                   .capacities = {},
                   .proof = proof_of(question, solved.answer),
                   .gpus_bound = solved.answer.bound,
                   .nodes = solved.answer.nodes};
  materialise(question, *solved.placed, plan);
  put_alike_together(plan);
  return plan;
}

}  // namespace sectile::fleet
