// A Model as nlohmann-json, for the documents that hold one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sectile/geometry/model.h"

namespace sectile::internal {

// Fields in the order of data/gpus/*.json.
nlohmann::ordered_json model_to_json(const Model& model);

// Two spaces of indentation and a newline at the end; what is not UTF-8 is replaced.
std::string dump(const nlohmann::ordered_json& document);

}  // namespace sectile::internal
