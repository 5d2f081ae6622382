// The notations of what a workload is like, for files and for the command line.
// docs/formats/sectile-yaml.md is the specification.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/plan/advise.h"

namespace sectile {

// "8B", "350M", "1.5T": K, M, B and T are powers of a thousand. Rounded up.
Result<std::int64_t> parse_parameters(std::string_view text);
// "8192", "8k", "1M": k and M are powers of 1024, as contexts are named. Rounded up.
Result<std::int64_t> parse_tokens(std::string_view text);

// "8030000000" as "8.03B", for people and for files.
std::string parameters_text(std::int64_t parameters);

}  // namespace sectile
