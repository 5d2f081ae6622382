// What the benchmarks of offline plans ask, and how they measure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "sectile/fleet/plan.h"
#include "sectile/fleet/random.h"
#include "sectile/geometry/model.h"

namespace sectile::bench {

inline constexpr const char* kFive[] = {"1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"};

// Of the processor: what is measured has one thread, and the machine may be busy.
double milliseconds(const std::function<void()>& work);

const Model& model(std::string_view name);

// A random vector of demands for the five that sums up to about `instances`.
std::vector<FleetWant> random_demand(fleet::Random& random, std::int64_t instances);

// A fleet of five models, partly in use at random.
std::vector<FleetGpu> partly_in_use(unsigned gpus);

// A tenth of the GPUs, `part` times, of each of eight profiles.
std::vector<FleetWant> wanted_more(std::int64_t gpus, std::int64_t part);

// Requires: the request makes sense.
FleetPlan planned(std::span<const FleetGpu> fleet, std::span<const FleetWant> wants,
                  const FleetRequest& request);

// Requires: a goal that was planned for.
const Objective& objective(const FleetPlan& plan, Goal goal);

}  // namespace sectile::bench
