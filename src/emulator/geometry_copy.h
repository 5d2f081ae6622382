// The geometry of a GPU, from the catalogue's form to the emulator's.
#pragma once

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// Fails with kInvalidArgument if the model is larger than the emulator's tables.
Result<Geometry> pack(const Model& model);

}  // namespace sectile::emulator
