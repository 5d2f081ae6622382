// What tells a GPU from what it should be, in words.
#pragma once

#include <string>

#include "sectile/device/snapshot.h"

namespace sectile {

struct Expected {
  Layout layout;
  MigMode mode = MigMode::kDisabled;
  MigMode pending = MigMode::kDisabled;
};

// "3g.40gb@4 is missing, 1g.10gb@6 is there, MIG is off"; empty if nothing does.
std::string difference(const Model& model, const LiveGpu& gpu, const Expected& expected);

}  // namespace sectile
