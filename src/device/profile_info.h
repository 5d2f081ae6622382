// What a driver says of one GPU instance profile, whichever version of the call it has, and what
// the profile is called.
#pragma once

#include <string>
#include <string_view>

#include "sectile/geometry/profile.h"
#include "src/device/nvml.h"

namespace sectile {

using ProfileInfo = nvmlGpuInstanceProfileInfo_v3_t;

// Asks the newest version that answers. Older ones have no capabilities, and the oldest has no
// name: those stay empty.
nvmlReturn_t profile_info(const Nvml& nvml, nvmlDevice_t device, unsigned index, ProfileInfo& info);

// What an NVML index says about media engines and graphics.
struct Suffix {
  Media media = Media::kPlain;
  bool graphics = false;
  const char* text = "";  // "+me".
};
Suffix suffix_of(unsigned index);

// The driver's name without "MIG ", or "" if it tells none or it does not look like one.
std::string driver_name(const ProfileInfo& info);

// "3g.40gb": NVIDIA's rule for the names of profiles, by their share of the GPU's memory. The
// share rounded up to eighths, of the whole in GiB rounded up; half a GB rounds up. Source: what
// nvidia-smi prints on real hardware.
std::string profile_name(int compute_slices, MiB memory, MiB whole, std::string_view suffix);

}  // namespace sectile
