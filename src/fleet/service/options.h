// Options: which measured points a service may use, and why it may have none.
#pragma once

#include <vector>

#include "sectile/fleet/service.h"

namespace sectile::fleet::internal {

// What a service must get: its rate with headroom, as `admission` reads it. Rounded up.
Rate target_of(const Service& service, const Admission& admission);

// What a point's latency must stay below. Rounded up to a nanosecond, which changes nothing:
// latencies are whole nanoseconds.
Latency latency_allowed(const Service& service, const Admission& admission);

struct Options {
  std::vector<ServiceOption> options;   // In order of service, supply and the model's profiles.
  std::vector<ServiceRefusal> refused;  // Services without any.
};

Options find_options(const ServiceRequest& request);

}  // namespace sectile::fleet::internal
