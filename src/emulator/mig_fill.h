// Fills NVML's structs about profiles, in all their versions.
#pragma once

#include "sectile/nvml_abi/mig.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// What a compute instance shares with the others of its GPU instance comes from that one's profile.
struct ComputeProfileOf {
  const ProfileKind& profile;
  const ComputeKind& compute;
};

void fill(const ProfileKind& kind, nvmlGpuInstanceProfileInfo_t& info);
void fill(const ComputeProfileOf& of, nvmlComputeInstanceProfileInfo_t& info);

// Fills what the tag of `info` says it is. ARGUMENT_VERSION_MISMATCH for a tag that is unknown, or
// newer than the driver: v3 came after branch 535.
nvmlReturn_t fill_tagged(const Node& node, const ProfileKind& kind,
                         nvmlGpuInstanceProfileInfo_v2_t* info);
nvmlReturn_t fill_tagged(const Node& node, const ComputeProfileOf& of,
                         nvmlComputeInstanceProfileInfo_v2_t* info);

}  // namespace sectile::emulator
