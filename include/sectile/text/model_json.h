// A Model as JSON: the format of data/gpus/*.json, for models that users bring along.
// docs/formats/model-json.md is the specification.
#pragma once

#include <string>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Unknown fields are refused, and the model is validated. Fails with kInvalidArgument, at
// "file:line:column: ".
Result<Model> parse_model(std::string_view text, std::string_view file);

// What parse_model() reads back as the same model.
std::string write_model(const Model& model);

}  // namespace sectile
