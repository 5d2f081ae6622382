// Shape: what can be added to a GPU, as counts of profiles, with the best placement of them.
//
// A GPU has hundreds of layouts but only tens of shapes. Whether wants fit depends on the counts
// alone; where the instances go is decided here, once for each shape: the placement that leaves the
// most useful space, and of equal ones the first in a fixed order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile::internal {

// One instance to add.
struct Addition {
  const Profile* profile = nullptr;
  int start = 0;
};

struct Shape {
  std::vector<int> counts = {};          // Of each of the profiles asked for, in their order.
  std::vector<Addition> additions = {};  // In order of start.
  std::int64_t usefulness = 0;           // Of the space that is left.
};

// Calls `visit` once for every set of instances of `profiles` that can be added to `kept`, the
// empty set included, in a fixed order. `additions` are in order of start; `layout` is `kept` with
// them, without compute instances in them.
using AdditionVisitor =
    std::function<void(std::span<const Addition> additions, const Layout& layout)>;
void for_each_addition(const Model& model, const Layout& kept,
                       std::span<const Profile* const> profiles, const AdditionVisitor& visit);

// Every shape of `profiles` (without repetition, of `model`) beside `kept`, in order of counts.
std::vector<Shape> shapes(const Model& model, const Layout& kept,
                          std::span<const Profile* const> profiles);

// Remembers shapes: planning asks for the same ones again when it looks for what is nearest to an
// impossible wish. Not thread-safe. The models must outlive it.
class ShapeMemory {
 public:
  // Valid while this lives.
  const std::vector<Shape>& find(const Model& model, const Layout& kept,
                                 const std::vector<const Profile*>& profiles);

 private:
  std::map<std::tuple<const Model*, Layout, std::vector<const Profile*>>, std::vector<Shape>>
      known_ = {};
};

}  // namespace sectile::internal
