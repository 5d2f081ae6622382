// Holders in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sectile/apply/holders.h"
#include "sectile/device/snapshot.h"

namespace sectile::cli {

// What somebody asked about.
struct Subject {
  std::vector<const LiveGpu*> gpus;       // All of them, or one.
  std::optional<GpuInstanceId> instance;  // One of that GPU.
};

// Grouped by GPU and instance, at most 80 columns wide but for commands to be typed. `now`: seconds
// since 1970.
std::string who_text(const Snapshot& snapshot, const Subject& subject, const Holders& holders,
                     std::int64_t now);

// "Slurm job 1234 step 0", "pod ml/train-0", "docker container 0123456789ab",
// "nvidia-dcgm.service"; empty if nothing is known.
std::string origin_text(const ProcessOrigin& origin);

// "45 s", "12 min", "4 h 12 min", "3 days".
std::string age_text(std::int64_t seconds);

// "3g.40gb@4"
std::string instance_text(const Snapshot& snapshot, const LiveGpu& gpu, GpuInstanceId id);

}  // namespace sectile::cli
