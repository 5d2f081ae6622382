// Enumeration of all layouts of a model. MIG is small (hundreds to thousands of layouts), so
// planning and its tests can look at every one of them.
#pragma once

#include <functional>
#include <vector>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Which profiles take part. Default: all of them.
using ProfileFilter = std::function<bool(const Profile&)>;

// Every legal layout of the model (each slot with the CI that fills it), the empty one included, in
// a fixed order without repetition. A100 with the plain profiles: 298.
std::vector<Layout> all_layouts(const Model& model, const ProfileFilter& filter = {});

// Those to which no instance of the filtered profiles can be added. A100 plain: 19.
std::vector<Layout> maximal_layouts(const Model& model, const ProfileFilter& filter = {});

// How many instances of each of model.profiles, in that order.
using ProfileCounts = std::vector<int>;

ProfileCounts count_profiles(const Model& model, const Layout& layout);

// The maximal layouts as multisets, without repetition. A100 plain: 14.
std::vector<ProfileCounts> maximal_multisets(const Model& model, const ProfileFilter& filter = {});

// Those of the above that no other one contains. A100 plain: 12.
std::vector<ProfileCounts> undominated_multisets(const Model& model,
                                                 const ProfileFilter& filter = {});

}  // namespace sectile
