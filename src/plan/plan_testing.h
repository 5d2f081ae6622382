// What the plan layer's tests share: short ways to write GPUs, wants and layouts.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/want.h"

namespace sectile::testing {

inline const Model& model(const std::string& key) {
  return *find_model(key).value();
}

inline Want want(int count, std::string label) {
  return {.count = count, .what = ByProfile{std::move(label)}};
}

inline Want need(int count, int gib, int compute = 0) {
  return {.count = count, .what = ByNeed{.memory_min = MiB{1024} * gib, .compute_min = compute}};
}

// Instances by name and start, created in this order.
inline Layout layout(const Model& model,
                     std::initializer_list<std::pair<const char*, int>> instances) {
  Layout result;
  for (const auto& [name, start] : instances) {
    result = result.with(model, Slot(*model.find_by_name(name), start)).value();
  }
  return result;
}

inline std::vector<PlanGpu> gpus(int count, const Model& model) {
  std::vector<PlanGpu> result;
  result.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    result.push_back({.name = "gpu" + std::to_string(i), .model = &model});
  }
  return result;
}

// "3g.40gb@4 2g.20gb@0", in order of start.
inline std::string text(const Model& model, const Layout& layout) {
  std::string result;
  for (const Slot& slot : layout.slots()) {
    result += (result.empty() ? "" : " ") + model.find(slot.profile())->name + "@" +
              std::to_string(slot.placement().start);
  }
  return result;
}

}  // namespace sectile::testing
