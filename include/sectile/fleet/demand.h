// FleetWant: what somebody asks of a fleet, in counts of up to a hundred million.
//
// Values and pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sectile/geometry/model.h"
#include "sectile/plan/want.h"

namespace sectile {

inline constexpr std::int64_t kMaxFleetCount = 100'000'000;  // Of one want, and of all together.
inline constexpr std::int64_t kMaxFleetWeight = 1'000'000;
inline constexpr std::int64_t kMaxLargerPrice = 1'000'000;

struct FleetWant {
  std::variant<ByProfile, ByNeed> what = {};
  std::string name = {};    // For people; may be empty.
  std::int64_t count = 1;   // 0..kMaxFleetCount
  std::int64_t weight = 1;  // Of one instance, where not all can be served: 1..kMaxFleetWeight.
  // A label may also be served by a larger profile of the same GPU, at this price for each memory
  // slice that it has more; without it, never. For a need it is the price of each memory slice
  // beyond the smallest profile that serves it, 0 if not given.
  std::optional<std::int64_t> larger = {};
  std::string tenant = {};  // May also use GPUs of this tenant; "": only GPUs without one.

  friend bool operator==(const FleetWant&, const FleetWant&) = default;
};

// A profile that serves a want, and at which price.
struct Substitute {
  const Profile* profile = nullptr;  // Points into the model.
  std::int64_t price = 0;

  friend bool operator==(const Substitute&, const Substitute&) = default;
};

// Cheapest first; empty if the model cannot serve the want. Wants for compute instances ("1c.3g")
// are for one GPU and not for fleets: nothing serves them.
std::vector<Substitute> substitutes(const Model& model, const FleetWant& want);

// "3g.40gb", ">=9GiB/3c": the want without count and name, for messages.
std::string describe(const FleetWant& want);

}  // namespace sectile
