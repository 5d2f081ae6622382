// check(): whether a request for services makes sense.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "sectile/fleet/service.h"

namespace sectile::fleet {
namespace {

constexpr int kMaxHeadroom = 1000;

Status refuse(std::string message, std::string next = {}) {
  return fail(ErrorCode::kInvalidArgument, std::move(message), std::move(next));
}

Status check_service(const Service& service) {
  if (service.rate.micro <= 0 || service.rate > kMaxRate) {
    return refuse(fmt::format("the rate of service {} is not from 0.000001 to {} requests a second",
                              service.name, kMaxRate.micro / 1'000'000));
  }
  if (service.latency_max.nanoseconds <= 0 || service.latency_max > kMaxLatency) {
    return refuse(
        fmt::format("the latency of service {} is not positive or above a day", service.name));
  }
  if (service.headroom_percent < 0 || service.headroom_percent > kMaxHeadroom) {
    return refuse(fmt::format("the headroom of service {} is {} %, and may be 0 to {} %",
                              service.name, service.headroom_percent, kMaxHeadroom));
  }
  return {};
}

Status check_measurement(const Measurement& measurement) {
  if (measurement.model == nullptr || measurement.model->find(measurement.profile) == nullptr) {
    return refuse(fmt::format("{} was measured on a profile that its GPU does not have",
                              measurement.workload));
  }
  const bool sound = measurement.batch >= 1 && measurement.batch <= kMaxBatch &&
                     measurement.processes >= 1 && measurement.processes <= kMaxProcesses &&
                     measurement.throughput.micro >= 0 && measurement.throughput <= kMaxRate &&
                     measurement.latency.nanoseconds >= 0 && measurement.latency <= kMaxLatency;
  return sound ? Status()
               : refuse(fmt::format("a measurement of {} is out of range", measurement.workload));
}

Status check_supplies(std::span<const GpuSupply> supplies) {
  std::set<const Model*> models;
  for (const GpuSupply& supply : supplies) {
    const bool sound = supply.model != nullptr && models.insert(supply.model).second &&
                       supply.count_max.value_or(1) >= 1 &&
                       supply.count_max.value_or(1) <= kMaxServiceGpus;
    if (!sound) {
      return refuse(fmt::format("GPUs must be from 1 to {} of different models", kMaxServiceGpus));
    }
  }
  return models.empty() ? refuse("there are no GPUs to plan for") : Status();
}

Status check_admission(const Admission& admission) {
  constexpr int kMost = 1'000'000;
  const bool sound = admission.numerator >= 1 && admission.denominator <= kMost &&
                     admission.numerator <= admission.denominator;
  return sound ? Status() : refuse("admission must be a fraction above 0 and not above 1");
}

}  // namespace

Status check(const ServiceRequest& request) {
  if (request.services.empty() || request.services.size() > kMaxServices) {
    return refuse(fmt::format("there are {} services, and may be from 1 to {}",
                              request.services.size(), kMaxServices));
  }
  if (request.measurements.size() > kMaxMeasurements) {
    return refuse(fmt::format("there are {} measurements, and may be up to {}",
                              request.measurements.size(), kMaxMeasurements));
  }
  std::set<std::string_view> names;
  for (const Service& service : request.services) {
    if (const Status sound = check_service(service); !sound) {
      return sound;
    }
    if (!names.insert(service.name).second) {
      return refuse(fmt::format("two services are called {}", service.name));
    }
  }
  for (const Measurement& measurement : request.measurements) {
    if (const Status sound = check_measurement(measurement); !sound) {
      return sound;
    }
  }
  if (const Status sound = check_supplies(request.gpus); !sound) {
    return sound;
  }
  return check_admission(request.admission);
}

}  // namespace sectile::fleet
