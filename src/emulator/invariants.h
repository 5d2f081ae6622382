// The invariants of a Node, in one function.
#pragma once

#include <string>

#include "src/emulator/state.h"

namespace sectile::emulator {

// What is wrong with the node, or "" if nothing is. Holds for every bit pattern, and terminates:
// the node may come from a damaged file.
//
// - Counts are within their tables, indices refer to what exists, text is terminated.
// - Modes are 0 or 1; a GPU whose MIG mode is off holds no instance.
// - Every GPU instance lies at its id's span, at a start that its profile has; none is in another's
//   way; no profile exceeds its greatest count, no GPU its greatest number of instances.
// - Compute instances of a GPU instance do not overlap, and lie where their profile may lie.
// - Generations are unique among what exists, and none is above last_generation.
std::string defect_of(const Node& node);

inline bool consistent(const Node& node) {
  return defect_of(node).empty();
}

}  // namespace sectile::emulator
