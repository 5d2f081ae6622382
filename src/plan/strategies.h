// The rules of the strategies, one function each. strategies.cc says how each rule chooses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile::internal {

struct Cut {
  Layout layout;
  std::vector<std::string> reasons;
};

Result<Cut> mixed(const Model& model, const std::vector<std::string>& profile_set);
Result<Cut> all_balanced(const Model& model, const std::optional<std::string>& label);
Result<Cut> high_performance(const Model& model);
Result<Cut> memory_balanced(const Model& model, std::optional<int> parts);
Result<Cut> compute_balanced(const Model& model, std::optional<int> parts);

}  // namespace sectile::internal
