#include "sectile/geometry/profile.h"

#include <algorithm>

#include "sectile/base/check.h"

namespace sectile {

const ComputeProfile& Profile::full_compute() const {
  const auto full = std::ranges::find(compute_profiles, true, &ComputeProfile::fills);
  SECTILE_CHECK(full != compute_profiles.end());
  return *full;
}

const ComputeProfile* Profile::find_compute(ComputeProfileId wanted) const {
  const auto found = std::ranges::find(compute_profiles, wanted, &ComputeProfile::id);
  return found == compute_profiles.end() ? nullptr : &*found;
}

}  // namespace sectile
