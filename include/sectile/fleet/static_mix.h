// A static layout for a mix of arrivals: how to cut GPUs once, so that of what arrives at random
// the most is carried, and what is lost all the same.
//
// The model is the loss model of telephony: each want arrives as a Poisson stream, keeps one
// instance for a while, and is lost if all instances that can serve it are taken. Which share is
// lost depends on the mean number under way and on the number of instances only (Erlang's formula
// B), whatever the distribution of the lifetimes. Each further instance carries less than the one
// before, so the best layouts are an integer program, exact up to its stated gap. A want uses its
// own profiles only: overflow into larger ones is not modelled, so the loss is not understated.
// Pure and deterministic; not thread-safe, as plan.h says.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/demand.h"
#include "sectile/fleet/proof.h"
#include "sectile/geometry/layout.h"

namespace sectile {

// The share of arrivals that is lost when `offered` are under way on average without a limit and
// `servers` can be. Requires: offered >= 0, servers >= 0.
double erlang_b(double offered, std::int64_t servers);

// GPUs that are alike.
struct StaticGpus {
  const Model* model = nullptr;  // Must outlive the plan.
  std::int64_t count = 0;        // 1..kMaxStaticGpus
};

inline constexpr std::int64_t kMaxStaticGpus = 1'000'000;
inline constexpr double kMaxOffered = 1e8;

enum class StaticValue : std::uint8_t {
  kCount,   // Every instance that is carried counts the same.
  kSlices,  // By the memory slices of its smallest profile.
};

struct StaticRequest {
  std::vector<StaticGpus> gpus = {};
  // Instances under way on average if nothing were lost, of all wants together: the rate of
  // arrivals times the mean lifetime. Above 0, at most kMaxOffered.
  double offered = 0;
  StaticValue value = StaticValue::kSlices;
};

struct StaticWant {
  double offered = 0;
  std::int64_t instances = 0;  // That serve it.
  double loss = 0;             // Share of its arrivals that is lost.
};

// What becomes of a mix.
struct StaticOutcome {
  std::vector<StaticWant> wants = {};
  double accepted_count = 0;   // Share of the arrivals.
  double accepted_slices = 0;  // Share of their memory slices.
};

struct StaticLayout {
  const Model* model = nullptr;
  Layout layout = {};
  std::int64_t count = 0;  // GPUs with it.
};

struct StaticPlan {
  std::vector<StaticLayout> layouts = {};  // GPUs that are left empty are not listed.
  StaticOutcome outcome = {};
  Objective lost = {};  // Value that is lost on average, in millionths of an instance or slice.
  double offered = 0;   // In the same unit: what arrives.
};

// `mix`: the count of each want is its share of the arrivals, relative to the others'; its weight
// multiplies its value. Fails with kInvalidArgument for numbers out of range and for a want that
// none of the models can serve.
Result<StaticPlan> plan_static(std::span<const FleetWant> mix, const StaticRequest& request);

// The same mix on layouts that somebody else chose: `layouts` in any number. Wants that share a
// profile share its instances in proportion to what they offer.
Result<StaticOutcome> expect_static(std::span<const FleetWant> mix,
                                    std::span<const StaticLayout> layouts, double offered);

}  // namespace sectile
