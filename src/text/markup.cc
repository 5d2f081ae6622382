#include "src/text/markup.h"

#include "src/text/glyphs.h"

namespace sectile::internal {

std::string markup(std::string_view hostile) {
  std::string result;
  for (const char c : clean(hostile)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace sectile::internal
