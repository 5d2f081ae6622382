// What a drawing of one GPU says, before anybody knows where it stands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sectile/geometry/placement.h"
#include "sectile/text/draw.h"

namespace sectile::internal {

// An instance, or a run of free memory slices.
struct Block {
  enum class Kind : std::uint8_t { kInstance, kFree, kWhole };  // kWhole: MIG is off.

  Kind kind = Kind::kFree;
  Placement placement;
  int compute_slices = 0;
  std::vector<std::string> names =
      {};                    // The same name, ever shorter: "1g.10gb+me", "1g+me", "1g", "a".
  std::string memory = {};   // MiB as digits, "unified", or empty.
  std::string compute = {};  // "[3c 2c 2c]", if not the one that fills the instance.
  std::string owner = {};    // "idle" if it is known to have none.
  bool idle = false;
};

// A line under the picture, or several: a part is not broken if it fits a line.
struct Fact {
  std::string label;
  std::vector<std::string> parts;
};

// In order of placement, free runs included.
std::vector<Block> blocks_of(const GpuPicture& gpu);

// How many memory slices the ruler has: the model's, and more only if a layout that was read from
// a driver goes beyond.
int ruler_length(const GpuPicture& gpu);

std::vector<Fact> facts_of(const GpuPicture& gpu, const std::vector<Block>& blocks);

// "memory slices 4-7", "memory slice 6".
std::string slices_in_words(const Placement& placement);

// Everything about a block in one line: "3g.40gb at memory slices 4-7, 3 compute slices, 40192
// MiB, alice".
std::string in_words(const Block& block);

}  // namespace sectile::internal
