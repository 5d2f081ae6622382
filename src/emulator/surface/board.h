// Board: what NVML says of a board and the catalogue does not: power, clocks, links.
//
// Nominal figures from NVIDIA's data sheets of one common board per chip; telemetry must be
// plausible, nothing depends on its exactness.
#pragma once

#include <cstdint>

#include "sectile/nvml_abi/device.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

struct Board {
  unsigned int idle_mw = 0;
  unsigned int power_mw = 0;      // The default limit.
  unsigned int power_min_mw = 0;  // The least limit that can be set.
  unsigned int sm_clock_mhz = 0;  // Greatest.
  unsigned int memory_clock_mhz = 0;
  unsigned int pcie_generation = 0;
  unsigned int memory_bus_bits = 0;
  unsigned int nvlink_count = 0;  // 0: no NVLink.
  unsigned int nvlink_version = 0;
  unsigned int cores_per_sm = 0;
  bool module = false;  // An SXM or superchip module, with a module id.
};

// Never fails: an unknown chip gets round figures.
const Board& board_of(const Geometry& geometry);

// The size of the window into the GPU's memory: its memory rounded up to a power of two. MiB.
std::uint64_t bar1_of(const Geometry& geometry);

// Whether the GPU is joined to a CPU by a coherent link, as in GH200.
bool is_superchip(const Geometry& geometry);

nvmlBrandType_t brand_of(const Geometry& geometry);

}  // namespace sectile::emulator
