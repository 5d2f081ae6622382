// Placement: the run of memory slices that one GPU instance holds.
//
// A GPU in MIG mode divides its memory into equal slices (8 on A100, 12 on RTX PRO 6000). An
// instance holds one unbroken run of them. These are memory slices, not the compute
// slices of a profile's name: 1g.10gb on an A100 40GB holds 1 compute slice, 2 of memory.
// Which runs a profile may use, and its MiB, are in profile.h.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "sectile/base/result.h"

namespace sectile {

inline constexpr int kMaxMemorySlices = 12;  // RTX PRO 6000; A100 and H100 have 8, A30 has 4.

struct Placement {
  int start = 0;  // Index of the first slice, from 0.
  int size = 0;   // Number of slices.

  constexpr int end() const { return start + size; }

  constexpr bool overlaps(const Placement& other) const {
    return start < other.end() && other.start < end();
  }

  friend constexpr auto operator<=>(const Placement&, const Placement&) = default;
};

// Writes "start:size", as nvidia-smi prints a placement: "4:2".
std::string to_string(const Placement& placement);

// Reads what to_string() writes and nothing looser: digits only, size at least 1,
// neither number above kMaxMemorySlices. Fails with kInvalidArgument.
Result<Placement> parse_placement(std::string_view text);

}  // namespace sectile
