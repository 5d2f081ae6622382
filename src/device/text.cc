#include "src/device/text.h"

#include <algorithm>

namespace sectile {

std::string printable(std::string_view text, std::size_t length_max) {
  std::string result(text.substr(0, length_max));
  std::ranges::replace_if(result, [](char byte) { return byte < ' ' || byte > '~'; }, '?');
  return result;
}

}  // namespace sectile
