// Scenarios: emulated nodes, and what is asked of each. The sweeps run every one of them.
#pragma once

#include <string>
#include <vector>

#include "sectile/emulator/emulator.h"

namespace sectile::faults {

// GPUs that are alike.
struct GpuScenario {
  const char* model = "";
  const char* from = "off";    // Layout notation with every start; "off": MIG is off.
  const char* to = nullptr;    // Likewise; nullptr: nothing is asked of these GPUs.
  std::vector<int> busy = {};  // The starts of the GPU instances that a process is in.
  int count = 1;
  emulator::Toggle toggle = emulator::Toggle::kByModel;
  bool swapped = false;
  bool any_place = false;  // Only the instances count, not their places.
};

struct Scenario {
  const char* name = "";
  std::vector<GpuScenario> gpus;
  bool may_reset = false;  // Whoever asks allows resets.
  bool killed = false;     // Also swept by kills and power cuts, which take longer.
};

// Of every kind that the models know: modes, whole nodes, compute instances, engines, busy
// instances beside, other numberings.
const std::vector<Scenario>& scenarios();

}  // namespace sectile::faults
