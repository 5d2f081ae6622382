// The layouts between which the tests of this layer change a GPU.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/layout.h"

namespace sectile {

inline const Model& h100() {
  return *find_model("h100-80gb-sxm5").value();
}

// Whole instances: profile and start.
inline Layout layout_with(const Model& model,
                          const std::vector<std::pair<std::string, int>>& instances) {
  Layout layout;
  for (const auto& [name, start] : instances) {
    layout = layout.with(model, Slot(*model.find_by_name(name), start)).value();
  }
  return layout;
}

// Of h100(). From one to the other one instance stays, and two go and three come.
inline const Layout& old_layout() {
  static const Layout layout =
      layout_with(h100(), {{"3g.40gb", 4}, {"2g.20gb", 0}, {"1g.10gb", 2}});
  return layout;
}
inline const Layout& new_layout() {
  static const Layout layout =
      layout_with(h100(), {{"3g.40gb", 4}, {"1g.10gb", 0}, {"1g.10gb", 1}, {"2g.20gb", 2}});
  return layout;
}

}  // namespace sectile
