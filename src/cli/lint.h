// Lint: every problem of a configuration file that can be found without the machine it is for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/text/config.h"

namespace sectile::cli {

struct Problem {
  ErrorCode code = ErrorCode::kInvalidArgument;
  std::string label;    // Of the configuration; "" if the file could not be read at all.
  std::string message;  // Begins with "file:line:column: ".
  std::string next;
};

// Reads the text and looks at every entry of every label for itself. With GPUs, each entry must be
// possible on those that it selects; without, on at least one model of the catalogue.
std::vector<Problem> lint(std::string_view text, std::string_view file,
                          std::span<const ConfigGpu> gpus);

}  // namespace sectile::cli
