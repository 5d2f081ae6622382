#include "src/fleet/service/options.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace sectile::fleet::internal {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;  // In nanoseconds.

std::int64_t ceil_divide(Wide a, std::int64_t b) {
  return static_cast<std::int64_t>((a + b - 1) / b);
}

bool better(const Measurement& a, const Measurement& b) {
  if (a.throughput != b.throughput) {
    return a.throughput > b.throughput;
  }
  return a.processes != b.processes ? a.processes < b.processes : a.batch < b.batch;
}

using ByWorkload = std::map<std::string_view, std::vector<const Measurement*>>;

// The best point of each profile of one model for one service.
std::vector<const Measurement*> best_points(std::span<const Measurement* const> points,
                                            const Model& model, Latency allowed, bool mps) {
  std::vector<const Measurement*> best(model.profiles.size(), nullptr);
  for (const Measurement* point : points) {
    const bool counts = point->model == &model && point->throughput.micro > 0 &&
                        point->latency < allowed && (mps || point->processes == 1);
    const Profile* profile = counts ? model.find(point->profile) : nullptr;
    if (profile == nullptr) {
      continue;
    }
    const Measurement*& place = best[static_cast<std::size_t>(profile - model.profiles.data())];
    place = place == nullptr || better(*point, *place) ? point : place;
  }
  return best;
}

ServiceRefusal refusal(const ServiceRequest& request, std::size_t service,
                       std::span<const Measurement* const> points) {
  const Latency allowed = latency_allowed(request.services[service], request.admission);
  ServiceRefusal refused{.service = service, .latency_allowed = allowed};
  for (const Measurement* point : points) {
    const bool available =
        std::ranges::find(request.gpus, point->model, &GpuSupply::model) != request.gpus.end();
    if (!available) {
      continue;
    }
    refused.measured = true;
    if (point->throughput.micro == 0) {
      continue;
    }
    if (!refused.fastest || point->latency < refused.fastest->latency) {
      refused.fastest = *point;
    }
    refused.mps_would_do = refused.mps_would_do || point->latency < allowed;
  }
  return refused;
}

ByWorkload sort_by_workload(const ServiceRequest& request) {
  ByWorkload by_workload;
  for (const Measurement& measurement : request.measurements) {
    by_workload[measurement.workload].push_back(&measurement);
  }
  return by_workload;
}

void add_options(std::size_t service, std::span<const Measurement* const> points, Options& result) {
  for (const Measurement* point : points) {
    if (point != nullptr) {
      result.options.push_back({.service = service,
                                .model = point->model,
                                .profile = point->profile,
                                .batch = point->batch,
                                .processes = point->processes,
                                .throughput = point->throughput,
                                .latency = point->latency});
    }
  }
}

}  // namespace

Rate target_of(const Service& service, const Admission& admission) {
  std::int64_t micro = service.rate.micro;
  if (admission.whole_numbers && micro >= kMicro) {
    micro -= micro % kMicro;
  }
  return {ceil_divide(static_cast<Wide>(micro) * (100 + service.headroom_percent), 100)};
}

Latency latency_allowed(const Service& service, const Admission& admission) {
  std::int64_t bound = service.latency_max.nanoseconds;
  if (admission.whole_numbers) {
    bound -= bound % kMillisecond;
  }
  return {ceil_divide(static_cast<Wide>(bound) * admission.numerator, admission.denominator)};
}

Options find_options(const ServiceRequest& request) {
  Options result;
  ByWorkload by_workload = sort_by_workload(request);
  for (std::size_t s = 0; s < request.services.size(); ++s) {
    const std::vector<const Measurement*>& points = by_workload[request.services[s].workload];
    const Latency allowed = latency_allowed(request.services[s], request.admission);
    const std::size_t before = result.options.size();
    for (const GpuSupply& supply : request.gpus) {
      add_options(s, best_points(points, *supply.model, allowed, request.mps), result);
    }
    if (result.options.size() == before) {
      result.refused.push_back(refusal(request, s, points));
    }
  }
  return result;
}

}  // namespace sectile::fleet::internal
