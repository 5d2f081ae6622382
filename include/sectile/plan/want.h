// Want: what somebody asks for, before anybody knows on which GPU it will be.
//
// Values only; pure functions.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sectile/base/mib.h"
#include "sectile/base/result.h"
#include "sectile/geometry/model.h"
#include "sectile/geometry/profile.h"

namespace sectile {

// A profile by label: "3g.40gb", "1g.10gb+me", the short "3g" (the plain profile with so many
// compute slices), or with a compute instance "1c.3g.40gb" (one such CI; several share a GPU
// instance as far as they fit). "whole" is the profile that takes the whole GPU.
struct ByProfile {
  std::string label = {};

  friend bool operator==(const ByProfile&, const ByProfile&) = default;
};

// At least so much. Served by the smallest profile that has it.
struct ByNeed {
  MiB memory_min = {};
  int compute_min = 0;    // Compute slices.
  bool graphics = false;  // A +gfx profile; without it +gfx profiles are not used.

  friend bool operator==(const ByNeed&, const ByNeed&) = default;
};

struct Want {
  int count = 1;  // 1..kMaxWantCount
  std::variant<ByProfile, ByNeed> what;
  std::string name = {};  // Of the workload, for people; may be empty.

  friend bool operator==(const Want&, const Want&) = default;
};

inline constexpr int kMaxWantCount = 1000;  // Of one want; larger demands are the fleet's work.

// A way to serve one instance of a want on a model.
struct Choice {
  const Profile* profile = nullptr;         // Points into the model.
  const ComputeProfile* compute = nullptr;  // nullptr: the CI that fills the GPU instance.

  friend bool operator==(const Choice&, const Choice&) = default;
};

// How `want` can be served on `model`, best first: fewest memory slices, then fewest compute
// slices, plain before +me. Empty if the model cannot. A label serves exactly its profile.
std::vector<Choice> choices(const Model& model, const Want& want);

}  // namespace sectile
