// Pattern: what one GPU of a kind can serve, as numbers of instances of each demand class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "src/plan/demand.h"
#include "src/plan/shapes.h"

namespace sectile::internal {

// A part of a filling: one instance of a class.
struct FillingPart {
  std::size_t demand_class = 0;
  ComputeSlot compute = {};
};

// What one GPU instance serves: one instance of a class, or compute instances of several.
struct Filling {
  const Profile* profile = nullptr;
  std::vector<int> serves = {};  // Of each class.
  std::vector<FillingPart> parts = {};
  int rank = 0;
  int given_up = 0;
};

// Of all ways to serve the same numbers the one that gives up least, then leaves the most useful
// space, then uses the best ranked options.
struct Pattern {
  std::vector<int> serves = {};  // Of each class.
  const Shape* shape = nullptr;
  std::vector<const Filling*> fillings = {};  // Sorted by profile as in `fillings_of`.
  int rank = 0;
  int given_up = 0;
};

// Every way to fill a GPU instance of `profile` of the demand's model number `model`.
std::vector<Filling> fillings(const Demand& demand, std::size_t model, const Profile& profile);

// What the GPUs of one kind can serve. Patterns point into `fillings`, which stays where it is when
// this is moved, and into the memory; so it cannot be copied.
struct KindPatterns {
  KindPatterns() = default;
  KindPatterns(KindPatterns&&) noexcept = default;
  KindPatterns& operator=(KindPatterns&&) noexcept = default;

  std::vector<std::vector<Filling>> fillings = {};  // For each profile that may be used.
  std::vector<Pattern> patterns = {};               // The one that serves nothing comes first.
};

KindPatterns patterns(const Demand& demand, const GpuKind& kind, ShapeMemory& memory);

}  // namespace sectile::internal
