// FleetGpu: one GPU of a fleet as planning sees it: what it is, what is on it, what must stay.
//
// Values only; thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

inline constexpr std::size_t kMaxFleetGpus = 1'000'000;

struct FleetGpu {
  std::string name = {};         // UUID or what people call it; unique in the fleet.
  std::string node = {};         // The machine it is in; may be empty.
  unsigned index = 0;            // On its node; no two GPUs of a node share one.
  const Model* model = nullptr;  // Must outlive the fleet.
  Layout layout = {};            // What exists; legal on the model.
  std::uint8_t busy = 0;         // Bit i: layout.slots()[i] is in use.
  std::string tenant = {};       // Serves wants of this tenant only; "": anybody.
  bool drain = false;            // Gets nothing new, and is emptied when a fleet is compacted.
  bool healthy = true;           // false: left alone altogether.

  bool is_busy(std::size_t slot) const { return ((busy >> slot) & 1U) != 0; }
  // The part of the layout that is in use.
  Layout in_use() const;
};

// Whether the fleet can be planned for: a model for each GPU, legal layouts, no name and no
// (node, index) twice, not more than kMaxFleetGpus. Fails with kInvalidArgument, naming the GPU.
Status check_fleet(std::span<const FleetGpu> fleet);

}  // namespace sectile
