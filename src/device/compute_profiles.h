// The compute instance profiles of a GPU instance profile.
#pragma once

#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/profile.h"
#include "src/device/nvml.h"

namespace sectile {

// As on A100, for a profile that nobody described; named. Empty if no GPU has as many slices.
std::vector<ComputeProfile> usual_compute_profiles(const Profile& profile);

// Gives each compute profile its name, "1c.3g.40gb", and the one that fills its multiprocessors.
void name_compute_profiles(Profile& profile);

// Replaces profile.compute_profiles by what the driver says of an instance of it; leaves them alone
// if it does not say.
Status read_compute_profiles(const Nvml& nvml, nvmlGpuInstance_t instance,
                             const std::string& subject, Profile& profile);

}  // namespace sectile
