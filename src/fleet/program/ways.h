// Ways: the maximal layouts of a model, ready to be asked which of them a GPU can reach.
//
// A GPU that keeps some of its instances can reach every layout that has them. Only maximal ones
// matter: a larger layout serves no less and spares no fewer instances. So a GPU in any state has
// as many ways as there are maximal layouts around what it keeps, each found by a comparison of
// bits.
#pragma once

#include <bitset>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "src/fleet/program/program.h"

namespace sectile::fleet::program {

// A set of instances of one model: a bit for each profile at each of its starts.
inline constexpr std::size_t kMaxInstanceBits = 256;
using InstanceSet = std::bitset<kMaxInstanceBits>;

// One reachable layout.
struct Way {
  std::size_t layout = 0;    // Index into layouts().
  ProfileCounts gives = {};  // Instances beyond those that are kept, by index of the profile.
  int displaced = 0;         // Of the instances that need not stay.
};

class Ways {
 public:
  // `taking_part`: by index of the profile. The model must outlive this.
  Ways(const Model& model, const std::vector<bool>& taking_part);

  const Model& model() const { return model_; }
  const std::vector<Layout>& layouts() const { return layouts_; }

  // Requires: every profile of the layout takes part.
  InstanceSet bits(const Layout& layout) const;

  // The layouts that have all of `kept`, without those that give no more and displace no fewer of
  // `movable` than another one does. In a fixed order.
  std::vector<Way> reachable(const InstanceSet& kept, const InstanceSet& movable) const;

 private:
  ProfileCounts count(const InstanceSet& instances) const;

  const Model& model_;
  std::vector<std::size_t> first_bit_;   // By index of the profile.
  std::vector<std::size_t> profile_of_;  // By bit.
  std::vector<Layout> layouts_;
  std::vector<InstanceSet> sets_;  // Parallel to the layouts.
};

// As a pattern says it, where the model's profiles are items from `first_item` on.
std::vector<Give> gives_of(const Way& way, std::size_t first_item);

// Which profiles of the model `layout` holds, added to `taking_part`.
void add_profiles(const Model& model, const Layout& layout, std::vector<bool>& taking_part);

// Index into model.profiles. Requires: the model has the profile.
std::size_t profile_index(const Model& model, ProfileId id);

}  // namespace sectile::fleet::program
