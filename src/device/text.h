// Text that comes from outside: drivers' buffers, command lines. Nothing of it is trusted to be
// terminated or printable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sectile {

// Printable ASCII stays; every other byte becomes '?'. Cut after `length_max` bytes.
std::string printable(std::string_view text, std::size_t length_max = 256);

// What a C string in a buffer says, terminated or not.
template <std::size_t kSize>
std::string buffer_text(const char (&buffer)[kSize]) {
  const std::string_view all(buffer, kSize);
  return printable(all.substr(0, all.find('\0')), kSize);
}

}  // namespace sectile
