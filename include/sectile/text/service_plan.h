// Plans of services in words and as JSON, and why there is none.
//
// Lines of at most 80 columns where nothing wider is named. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sectile/fleet/service.h"

namespace sectile {

// A table of the services with their instances, and how few GPUs there could be. With `proof` the
// prices that show it. Requires: the plan was made for the request.
std::string explain(const fleet::ServiceRequest& request, const fleet::ServicePlan& plan,
                    bool proof);

// Which services cannot be had and what comes nearest, or how many GPUs it would take.
std::string explain(const fleet::ServiceRequest& request, const fleet::ServiceFailure& failure);

// "chat b8 x2": who is on each slot of a GPU of the plan, with batch and processes, in order.
std::vector<std::string> service_owners(const fleet::ServiceRequest& request,
                                        const fleet::ServicePlan& plan, std::size_t gpu);

// "sectile/plan/v1" with the service of every instance; `sectile apply -f` takes it.
std::string service_plan_json(const fleet::ServiceRequest& request, const fleet::ServicePlan& plan);

// The same with `"feasible": false`.
std::string service_failure_json(const fleet::ServiceRequest& request,
                                 const fleet::ServiceFailure& failure);

}  // namespace sectile
