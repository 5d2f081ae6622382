// What may be the name of a want: the same in want notation and in files.
#pragma once

#include <string_view>

namespace sectile::internal {

// 1 to 64 letters, digits, '_', '.' and '-'.
bool is_want_name(std::string_view name);

// What to say to somebody who wrote another.
inline constexpr const char* kWantNameHint = "a name has 1 to 64 letters, digits, '_', '.' and '-'";

}  // namespace sectile::internal
