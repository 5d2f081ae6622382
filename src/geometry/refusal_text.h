// A refusal in words: which memory slices are missing, and what holds them.
#pragma once

#include <string>

#include "sectile/geometry/fit.h"

namespace sectile {

// Why `profile` does not fit at `start` beside `layout`. Requires: `why` is what refusal() said.
std::string refusal_text(const Model& model, const Layout& layout, const Profile& profile,
                         int start, Refusal why);

}  // namespace sectile
