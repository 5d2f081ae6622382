// Cutting: what the strategies are made of. Which profiles may be used, how many fit, and placing
// them so that what is left is most useful.
#pragma once

#include <optional>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "src/plan/shapes.h"

namespace sectile::internal {

// The profiles that strategies use unasked: no suffix and the usual memory; at least the whole GPU.
// In the model's order, most compute slices first.
std::vector<const Profile*> plain_profiles(const Model& model);

// How many of `profile` an empty GPU holds.
int capacity(const Model& model, const Profile& profile);

// An empty GPU cut into these; nothing if they do not fit.
std::optional<Layout> try_cut(const Model& model, const std::vector<const Profile*>& instances,
                              ShapeMemory& memory);

// The same. Fails with kUnsatisfiable, with the reason in slices.
Result<Layout> cut(const Model& model, const std::vector<const Profile*>& instances);

// `layout` with the largest plain profile that fits, again and again until none does; each where it
// leaves the most useful space.
Layout filled(const Model& model, Layout layout);

// Slices that nothing holds.
int idle_memory(const Model& model, const Layout& layout);
int idle_compute(const Model& model, const Layout& layout);

}  // namespace sectile::internal
