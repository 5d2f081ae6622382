// Settling: where the instances of one GPU go when only their number is asked for.
//
// A format that counts ("2g.20gb: 3") leaves the places open. settle() looks at every legal way to
// place what is wanted and takes the one that disturbs the least. These costs count, the first
// before the second and so on:
//   1. GPU instances in use that lose what is used: none, if any way spares them all;
//   2. GPU instances that are destroyed;
//   3. compute instances that are destroyed: each is a MIG device whose UUID somebody may know;
//   4. how much less useful the free space becomes (usefulness.h);
//   5. the order of starts, so that the same question always gets the same answer.
// The number of steps follows from 2 and 3: what is wanted says how many there are in the end. So
// an instance is seated anew only if nobody uses it and that spares others. Exact, by enumeration:
// a GPU has 12 memory slices at most. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Something on a GPU that is in use.
struct InUse {
  Placement instance;                  // The GPU instance.
  std::optional<ComputeSlot> compute;  // Absent: any of its compute instances may be the one.
};

// What going from one layout to another costs people. Smaller is better.
struct Disturbance {
  std::size_t harmed = 0;             // GPU instances that lose what is used in them.
  std::size_t destroyed = 0;          // GPU instances.
  std::size_t compute_destroyed = 0;  // Compute instances, those of destroyed GPU instances too.

  friend auto operator<=>(const Disturbance&, const Disturbance&) = default;
};

Disturbance disturbance(const Layout& from, std::span<const InUse> used, const Layout& to);

// The instances of `wanted` (profiles, and the compute instances inside them), placed so that
// `from` is disturbed the least. Where an instance of `from` has as many compute instances with the
// same slices as a wanted one, they stay as they are, since a format that counts slices means
// either: on an H100 two compute profiles of 1g.20gb have one slice. Fails with kUnsatisfiable if
// what is wanted does not fit together, and with kInvalidArgument if the model does not know it.
Result<Layout> settle(const Model& model, const Layout& from, const Layout& wanted,
                      std::span<const InUse> used = {});

}  // namespace sectile
