// What the reports about fleets have in common.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sectile/fleet/plan.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "src/text/page.h"

namespace sectile::internal {

// "3g.40gb 2x2g.20gb": a layout without its places, largest first; "nothing".
std::string multiset(const Model& model, const Layout& layout);

// "train (3g.40gb)", ">=9GiB"
std::string want_title(const FleetWant& want);

// "optimal" or "at most 3 above the best"
std::string verdict(const Objective& objective);

// Layouts with the numbers of GPUs that have them.
class LayoutCounts {
 public:
  void add(const Model& model, const Layout& layout, std::int64_t count, std::string example);

  PageTable table() const;
  // Of the most frequent ones.
  std::vector<GpuPicture> pictures() const;

 private:
  struct Row {
    const Model* model;
    Layout layout;
    std::int64_t count = 0;
    std::string example;
  };

  std::vector<Row> sorted() const;

  std::map<std::string, Row> rows_;
};

}  // namespace sectile::internal
