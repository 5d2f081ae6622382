// What the emulator's tests share: nodes.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sectile/emulator/emulator.h"
#include "sectile/geometry/catalogue.h"
#include "src/emulator/geometry_copy.h"
#include "src/emulator/node_builder.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// A node of GPUs of one model.
inline NodeDescription node_of(std::string_view key, int count = 1, bool mig_enabled = true) {
  GpuDescription gpu;
  gpu.model = find_model(key).value();
  gpu.count = count;
  gpu.mig_enabled = mig_enabled;
  NodeDescription description;
  description.gpus = {gpu};
  return description;
}

}  // namespace sectile::emulator
