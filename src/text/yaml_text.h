// Writing YAML: the few shapes that our files need.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sectile::internal {

// Plain where that is safe with any YAML reader, and otherwise in double quotes with escapes.
std::string yaml_text(std::string_view text);

// Always in double quotes.
std::string yaml_quoted(std::string_view text);

// "[a, b]" of what is YAML already.
std::string yaml_list(std::span<const std::string> items);

}  // namespace sectile::internal
