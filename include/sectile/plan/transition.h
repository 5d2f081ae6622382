// Transition: the steps from one layout of a GPU to another.
//
// Keeps every instance that both have (same profile, same placement), and every compute instance
// inside those likewise. The order is always legal: compute instances go before their GPU instance,
// everything that goes goes before anything that comes, and what needs another instance (Thor)
// comes after it and goes before it. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

enum class StepKind : std::uint8_t {
  kDestroyCompute,
  kDestroyInstance,
  kCreateInstance,
  kCreateCompute,
};

// One NVML change.
struct Step {
  StepKind kind = StepKind::kCreateInstance;
  ProfileId profile;    // Of the GPU instance.
  Placement placement;  // Of the GPU instance.
  ComputeSlot compute;  // For the two compute kinds.

  friend bool operator==(const Step&, const Step&) = default;
};

struct Transition {
  std::vector<Slot> kept;       // As in the new layout; their compute instances may change.
  std::vector<Slot> destroyed;  // As in the old layout.
  std::vector<Slot> created;    // As in the new layout.
  std::vector<Step> steps;

  bool empty() const { return steps.empty(); }
};

// Fails with kUnsatisfiable if `to` is not legal on the model. `from` is taken as it is: the driver
// made it. Where a profile's label allows several placements, `to` is taken literally; see
// settle.h for freedom of placement.
Result<Transition> transition(const Model& model, const Layout& from, const Layout& to);

// Applies one step to a layout as a driver would: for checks and tests. Fails like fit.h.
Result<Layout> after(const Model& model, const Layout& layout, const Step& step);

}  // namespace sectile
