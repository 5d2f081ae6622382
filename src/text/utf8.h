// UTF-8, as far as reading hostile text needs it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sectile::internal {

// The offset of the first byte that is not part of well-formed UTF-8 (overlong forms, surrogates
// and what is above U+10FFFF are not); npos if all is.
std::size_t first_invalid_utf8(std::string_view text);

// For messages: at most 80 bytes of it, with a question mark for each control character and for
// what is not UTF-8, so that no file can play with the terminal.
std::string printable(std::string_view text);

}  // namespace sectile::internal
