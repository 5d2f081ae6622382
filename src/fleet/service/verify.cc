// verify(): a plan of services, looked at as if somebody else had made it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "sectile/fleet/service.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "src/fleet/service/cover.h"
#include "src/fleet/service/ground.h"

namespace sectile::fleet {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMillion = 1'000'000;

Status refuse(std::string message) {
  return fail(ErrorCode::kFailed, "the plan does not hold: " + std::move(message));
}

// Whether the target is what the service and the admission say, without division.
Status check_target(const Service& service, const Admission& admission, Rate target) {
  std::int64_t rate = service.rate.micro;
  if (admission.whole_numbers && rate >= kMillion) {
    rate = rate / kMillion * kMillion;
  }
  const Wide wanted = static_cast<Wide>(rate) * (100 + service.headroom_percent);
  return static_cast<Wide>(target.micro) * 100 >= wanted
             ? Status()
             : refuse(fmt::format("{} is to get less than its rate and headroom", service.name));
}

Status check_option(const ServiceRequest& request, const ServiceOption& option) {
  const Service& service = request.services[option.service];
  const Measurement point{.workload = service.workload,
                          .model = option.model,
                          .profile = option.profile,
                          .batch = option.batch,
                          .processes = option.processes,
                          .throughput = option.throughput,
                          .latency = option.latency};
  if (std::ranges::find(request.measurements, point) == request.measurements.end()) {
    return refuse(fmt::format("an instance of {} was never measured", service.name));
  }
  std::int64_t bound = service.latency_max.nanoseconds;
  if (request.admission.whole_numbers) {
    bound = bound / kMillion * kMillion;
  }
  const bool fast = static_cast<Wide>(point.latency.nanoseconds) * request.admission.denominator <
                    static_cast<Wide>(bound) * request.admission.numerator;
  if (!fast || (!request.mps && point.processes != 1)) {
    return refuse(fmt::format("an instance of {} is not admissible", service.name));
  }
  return {};
}

Status check_options(const ServiceRequest& request, const ServicePlan& plan) {
  for (const ServiceOption& option : plan.options) {
    if (option.service >= request.services.size()) {
      return refuse("an instance serves nobody");
    }
    if (const Status sound = check_option(request, option); !sound) {
      return sound;
    }
  }
  return {};
}

Status check_gpus(const ServiceRequest& request, const ServicePlan& plan) {
  std::map<const Model*, int> used;
  for (const ServiceGpu& gpu : plan.gpus) {
    if (const Status legal = sectile::check(*gpu.model, gpu.layout); !legal) {
      return refuse(legal.error().message);
    }
    ++used[gpu.model];
  }
  for (const auto& [model, count] : used) {
    const auto supply = std::ranges::find(request.gpus, model, &GpuSupply::model);
    if (supply == request.gpus.end() || supply->count_max.value_or(count) < count) {
      return refuse(fmt::format("it uses {} GPUs of {}", count, model->key));
    }
  }
  return {};
}

// Every instance in a slot of its own, of its profile, and no slot without instance.
Status check_instances(const ServiceRequest& /*request*/, const ServicePlan& plan) {
  std::set<std::pair<std::size_t, Placement>> places;
  std::size_t slots = 0;
  for (const ServiceGpu& gpu : plan.gpus) {
    slots += gpu.layout.size();
  }
  for (const ServiceInstance& instance : plan.instances) {
    if (instance.gpu >= plan.gpus.size() || instance.option >= plan.options.size()) {
      return refuse("an instance is nowhere");
    }
    const ServiceOption& option = plan.options[instance.option];
    const ServiceGpu& gpu = plan.gpus[instance.gpu];
    const Slot* slot = gpu.layout.find(instance.placement);
    if (slot == nullptr || slot->profile() != option.profile || gpu.model != option.model ||
        !places.emplace(instance.gpu, instance.placement).second) {
      return refuse(fmt::format("an instance on gpu {} has no slot of its own", instance.gpu));
    }
  }
  return places.size() == slots ? Status() : refuse("a slot serves nobody");
}

// What each service has, in all and on what it would lose most.
struct Served {
  Wide capacity = 0;
  Wide largest_instance = 0;
  std::map<std::size_t, Wide> on_gpu;
};

Status check_rates(const ServiceRequest& request, const ServicePlan& plan) {
  std::vector<Served> served(request.services.size());
  for (const ServiceInstance& instance : plan.instances) {
    const ServiceOption& option = plan.options[instance.option];
    Served& service = served[option.service];
    const Wide rate = option.throughput.micro;
    service.capacity += rate;
    service.largest_instance = std::max(service.largest_instance, rate);
    service.on_gpu[instance.gpu] += rate;
  }
  for (std::size_t s = 0; s < served.size(); ++s) {
    if (const Status sound = check_target(request.services[s], request.admission, plan.targets[s]);
        !sound) {
      return sound;
    }
    Wide lost = request.spare == Spare::kInstance ? served[s].largest_instance : 0;
    for (const auto& [gpu, rate] : served[s].on_gpu) {
      lost = std::max(lost, request.spare == Spare::kGpu ? rate : 0);
    }
    if (served[s].capacity - lost < plan.targets[s].micro ||
        served[s].capacity != plan.capacities[s].micro) {
      return refuse(fmt::format("{} gets less than it should", request.services[s].name));
    }
  }
  return {};
}

using PriceOf = std::map<std::pair<const Model*, ProfileId>, std::int64_t>;

// What a layout of the supply's model may be worth: a GPU, and the scarcity of the model.
Result<std::int64_t> allowed_worth(const ServiceProof& proof, const GpuSupply& supply) {
  std::int64_t allowed = internal::kNano;
  for (const ServiceProof::Scarcity& scarcity : proof.scarcities) {
    if (scarcity.nano < 0 || (scarcity.model == supply.model && !supply.count_max)) {
      return fail(refuse("a model is scarce without reason"));
    }
    allowed += scarcity.model == supply.model ? scarcity.nano : 0;
  }
  return allowed;
}

Wide worth_of(const GpuSupply& supply, const Layout& layout, const PriceOf& prices) {
  Wide worth = 0;
  for (const Slot& slot : layout.slots()) {
    worth += prices.at({supply.model, slot.profile()});
  }
  return worth;
}

// No layout of any model is worth more than that.
Status check_prices(const ServiceRequest& request, const ServiceProof& proof,
                    const PriceOf& prices) {
  for (const GpuSupply& supply : request.gpus) {
    const Result<std::int64_t> allowed = allowed_worth(proof, supply);
    if (!allowed) {
      return fail(allowed);
    }
    const auto priced = [&](const Profile& profile) {
      return prices.contains({supply.model, profile.id});
    };
    const std::vector<Layout> layouts = maximal_layouts(*supply.model, priced);
    const bool sound = std::ranges::all_of(layouts, [&](const Layout& layout) {
      return worth_of(supply, layout, prices) <= *allowed;
    });
    if (!sound) {
      return refuse(fmt::format("a layout of {} is worth more than a GPU", supply.model->key));
    }
  }
  return {};
}

// What a cover of the service costs at least at the prices; nothing if there is no cover.
std::optional<std::int64_t> cheapest_of(const ServiceRequest& request, const ServicePlan& plan,
                                        std::size_t service, const PriceOf& prices) {
  internal::CoverNeed need{.target = plan.targets[service].micro,
                           .capacities = {},
                           .spare = request.spare != Spare::kNone};
  std::vector<std::int64_t> price;
  for (const ServiceOption& option : plan.options) {
    if (option.service == service) {
      const auto found = prices.find({option.model, option.profile});
      need.capacities.push_back(option.throughput.micro);
      price.push_back(found == prices.end() ? 0 : found->second);
    }
  }
  const std::vector<int> none(price.size(), 0);
  const std::vector<int> many(price.size(), internal::kMaxInstances);
  const internal::Cover cover =
      internal::cheapest_cover(need, price, {.least = none, .most = many});
  return cover.exists ? std::optional(cover.bound) : std::nullopt;
}

// No cover of a service is cheaper than the proof says.
Status check_cheapest(const ServiceRequest& request, const ServicePlan& plan,
                      const PriceOf& prices) {
  for (std::size_t s = 0; s < request.services.size(); ++s) {
    const std::optional<std::int64_t> cheapest = cheapest_of(request, plan, s, prices);
    if (!cheapest || *cheapest < plan.proof.cheapest[s]) {
      return refuse(fmt::format("{} can be had cheaper", request.services[s].name));
    }
  }
  return {};
}

Status check_proof(const ServiceRequest& request, const ServicePlan& plan) {
  PriceOf prices;
  for (const ServiceProof::Price& price : plan.proof.prices) {
    if (price.nano < 0) {
      return refuse("a price is negative");
    }
    prices[{price.model, price.profile}] = price.nano;
  }
  if (const Status sound = check_prices(request, plan.proof, prices); !sound) {
    return sound;
  }
  if (const Status sound = check_cheapest(request, plan, prices); !sound) {
    return sound;
  }
  Wide bound = 0;
  for (const std::int64_t cheapest : plan.proof.cheapest) {
    bound += cheapest;
  }
  for (const ServiceProof::Scarcity& scarcity : plan.proof.scarcities) {
    const auto supply = std::ranges::find(request.gpus, scarcity.model, &GpuSupply::model);
    bound -= static_cast<Wide>(scarcity.nano) *
             (supply == request.gpus.end() ? 0 : supply->count_max.value_or(0));
  }
  const auto gpus = static_cast<std::int64_t>(plan.gpus.size());
  if (bound != plan.proof.bound_nano || bound > static_cast<Wide>(gpus) * internal::kNano) {
    return refuse("the bound is not what the prices say");
  }
  return plan.gpus_bound <= gpus ? Status() : refuse("it is below its own bound");
}

}  // namespace

Status verify(const ServiceRequest& request, const ServicePlan& plan) {
  const bool complete = plan.targets.size() == request.services.size() &&
                        plan.capacities.size() == request.services.size() &&
                        plan.proof.cheapest.size() == request.services.size();
  if (!complete) {
    return refuse("it does not name every service");
  }
  for (const auto& look : {check_options, check_gpus, check_instances, check_rates, check_proof}) {
    if (const Status sound = look(request, plan); !sound) {
      return sound;
    }
  }
  return {};
}

}  // namespace sectile::fleet
