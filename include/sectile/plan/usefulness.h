// How useful the free space of a GPU is: the measure by which equal plans are told apart.
// docs/decisions/0006-usefulness.md says which measures lost, and why.
#pragma once

#include <cstdint>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Larger is better; comparable between GPUs of one model, and by fractions between models. Pure.
std::int64_t usefulness(const Model& model, const Layout& layout);

}  // namespace sectile
