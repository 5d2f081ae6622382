#include "src/device/compute_profiles.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sectile/geometry/layout.h"
#include "src/device/figures.h"
#include "src/device/nvml_error.h"

namespace sectile {
namespace {

constexpr unsigned kProfilesMax = 32;  // NVML's table has 9 rows.

struct Usual {
  int slices;
  std::uint32_t id;
  int stride;  // Between two starts.
};

// A GPU instance of 2 offers no half of 3, and one of 4 no 3: read on A100, A30 and H100.
constexpr std::array kUsual{Usual{1, 0, 1}, Usual{2, 1, 2}, Usual{3, 2, 4}, Usual{4, 3, 4},
                            Usual{6, 6, 8}, Usual{7, 4, 8}, Usual{8, 5, 8}};

Result<ComputeProfile> make_compute_profile(const Nvml& nvml, nvmlGpuInstance_t instance,
                                            const std::string& subject, const Profile& profile,
                                            const nvmlComputeInstanceProfileInfo_t& info) {
  Figures figures("a compute profile of " + profile.name + " on " + subject);
  const auto slices = static_cast<unsigned>(profile.compute_slices);
  ComputeProfile compute{
      .id = ComputeProfileId{info.id},
      .name = {},
      .compute_slices = figures.take("slice count", info.sliceCount, slices),
      .sm_count = figures.take("multiprocessor count", info.multiprocessorCount, 4096),
      .max_count = figures.take("instance count", info.instanceCount, kMaxComputeInstances),
      .placements = {},
      .fills = false};
  if (const Status sound = figures.status(); !sound) {
    return fail(sound);
  }
  const auto& ask = nvml.GpuInstanceGetComputeInstancePossiblePlacements;
  Result<std::vector<Placement>> found = placements<nvmlComputeInstancePlacement_t>(
      ask.name(), subject, [&](nvmlComputeInstancePlacement_t* room, unsigned* count) {
        return ask(instance, info.id, room, count);
      });
  if (!found) {
    return fail(found);
  }
  compute.placements = *std::move(found);
  if (const ComputeProfile* known = profile.find_compute(compute.id);
      compute.placements.empty() && known != nullptr) {
    compute.placements = known->placements;
  }
  return compute;
}

// The one that takes every compute slice; where two do (Hopper's double-memory 1g), the one with
// more multiprocessors.
void mark_filling(std::vector<ComputeProfile>& profiles, int compute_slices) {
  const auto best = std::ranges::max_element(profiles, {}, [&](const ComputeProfile& one) {
    return std::pair(one.compute_slices == compute_slices && !one.placements.empty(), one.sm_count);
  });
  if (best != profiles.end()) {
    best->fills = best->compute_slices == compute_slices && !best->placements.empty();
  }
}

}  // namespace

std::vector<ComputeProfile> usual_compute_profiles(const Profile& profile) {
  std::vector<ComputeProfile> result;
  for (const Usual& row : kUsual) {
    const bool fills = row.slices == profile.compute_slices;
    const bool usual = row.slices < profile.compute_slices && row.slices <= 4 &&
                       (row.slices != 3 || profile.compute_slices > 4);
    if (!fills && !usual) {
      continue;
    }
    ComputeProfile compute{.id = ComputeProfileId{row.id},
                           .name = {},
                           .compute_slices = row.slices,
                           .sm_count = 0,
                           .max_count = 0,
                           .placements = {},
                           .fills = fills};
    for (int start = 0; start + row.slices <= profile.compute_slices; start += row.stride) {
      compute.placements.push_back({.start = start, .size = row.slices});
    }
    compute.max_count = static_cast<int>(compute.placements.size());
    result.push_back(std::move(compute));
  }
  return result;
}

void name_compute_profiles(Profile& profile) {
  for (ComputeProfile& compute : profile.compute_profiles) {
    compute.name =
        compute.fills ? profile.name : std::to_string(compute.compute_slices) + "c." + profile.name;
    if (compute.fills) {
      compute.sm_count = profile.sm_count;
    }
  }
}

Status read_compute_profiles(const Nvml& nvml, nvmlGpuInstance_t instance,
                             const std::string& subject, Profile& profile) {
  // The first version says all there is; the later ones add the name, which follows from ours.
  const auto& ask = nvml.GpuInstanceGetComputeInstanceProfileInfo;
  std::vector<ComputeProfile> profiles;
  for (unsigned index = 0; index < kProfilesMax; ++index) {
    nvmlComputeInstanceProfileInfo_t info{};
    const nvmlReturn_t code =
        ask(instance, index, NVML_COMPUTE_INSTANCE_ENGINE_PROFILE_SHARED, &info);
    if (code == NVML_ERROR_INVALID_ARGUMENT || code == NVML_ERROR_FUNCTION_NOT_FOUND) {
      break;
    }
    if (means_unknown(code)) {
      continue;
    }
    if (code != NVML_SUCCESS) {
      return nvml_failure(ask, code, subject);
    }
    Result<ComputeProfile> compute = make_compute_profile(nvml, instance, subject, profile, info);
    if (!compute) {
      return fail(compute);
    }
    if (!compute->placements.empty()) {
      profiles.push_back(*std::move(compute));
    }
  }
  std::ranges::sort(profiles, {}, [](const ComputeProfile& one) {
    return std::pair(one.compute_slices, one.id);
  });
  mark_filling(profiles, profile.compute_slices);
  if (!profiles.empty()) {
    profile.compute_profiles = std::move(profiles);
    name_compute_profiles(profile);
  }
  return {};
}

}  // namespace sectile
