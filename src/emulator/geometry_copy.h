// The geometry of a GPU, from the catalogue's form to the emulator's and back.
#pragma once

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// Fails with kInvalidArgument if the model is larger than the emulator's tables.
Result<Geometry> pack(const Model& model);

// What pack() kept: everything but PCI device ids after the first, provenance and sources.
Model unpack(const Geometry& geometry);

}  // namespace sectile::emulator
