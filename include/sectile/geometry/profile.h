// Profile and ComputeProfile: the kinds of GPU instance (GI) and compute instance (CI) that one
// model offers.
//
// Every number here comes from data/gpus/MODEL.json (which names its source and says whether it was
// read, derived or is unsure) or from NVML on a live GPU. Values only: no handle,
// thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sectile/base/id.h"
#include "sectile/base/mib.h"
#include "sectile/geometry/placement.h"

namespace sectile {

// The id that NVML returns for a GI profile and nvidia-smi prints: 19 is 1g on A100. Identifies a
// profile on one model; neither the name nor the NVML index does.
using ProfileId = Id<struct ProfileIdTag>;

// The id of a CI profile. Equal to its NVML index in every reading of real hardware.
using ComputeProfileId = Id<struct ComputeProfileIdTag>;

// Engines of a GPU instance, as counts.
struct Engines {
  int copy = 0;
  int decode = 0;
  int encode = 0;
  int jpeg = 0;
  int ofa = 0;  // Optical flow accelerators.

  friend bool operator==(const Engines&, const Engines&) = default;
};

// What the suffix of a profile's name says: +me, +me.all, +gfx, -me.
enum class Media : std::uint8_t {
  kPlain,     // No suffix: its own share of the media engines.
  kExtended,  // +me: also the JPEG and OFA engines that exist once; one instance at most.
  kAll,       // +me.all: every media engine of the GPU; bars all profiles but -me.
  kNone,      // -me: no media engine.
};

// A way to cut compute slices out of a GPU instance.
struct ComputeProfile {
  ComputeProfileId id;
  std::string name;  // "1c.3g.40gb"; the profile that fills the GI has no "c" part.
  int compute_slices = 0;
  int sm_count = 0;                   // Streaming multiprocessors; 0 if not known.
  int max_count = 0;                  // In one GPU instance.
  std::vector<Placement> placements;  // In compute slices of the GPU instance, ascending.
  bool fills = false;                 // The default: takes the whole GPU instance.

  friend bool operator==(const ComputeProfile&, const ComputeProfile&) = default;
};

struct Profile {
  ProfileId id;
  int nvml_index = -1;  // NVML_GPU_INSTANCE_PROFILE_*: what GetGpuInstanceProfileInfo takes.
  std::string name;     // "3g.40gb", "1g.10gb+me". A label; differs by driver.
  std::vector<std::string> aliases;  // What other drivers print: "3g.39gb". Of no other profile.
  int compute_slices = 0;
  int memory_slices = 0;  // The size of each placement.
  MiB memory;             // Usable memory; 0 on Thor, whose memory is unified.
  int sm_count = 0;       // Streaming multiprocessors; 0 if not known.
  Engines engines;
  Media media = Media::kPlain;
  bool graphics = false;    // +gfx
  std::vector<int> starts;  // Legal first memory slices, ascending.
  int max_count = 0;        // On one GPU.
  std::vector<ComputeProfile> compute_profiles;

  // The same compute slices with twice the usual memory (NVML REV2), as 1g.20gb on an 80 GB H100.
  bool double_memory() const { return nvml_index == 9; }

  // The CI profile that fills the GPU instance. Requires: the profile has one (validate() checks).
  const ComputeProfile& full_compute() const;

  // nullptr if there is no such CI profile.
  const ComputeProfile* find_compute(ComputeProfileId wanted) const;

  Placement at(int start) const { return {.start = start, .size = memory_slices}; }

  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace sectile
