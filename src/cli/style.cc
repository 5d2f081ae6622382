#include "src/cli/style.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

namespace sectile::cli {

bool prints_utf8(const char* lc_all, const char* lc_ctype, const char* lang) {
  for (const char* value : {lc_all, lc_ctype, lang}) {
    if (value == nullptr || *value == '\0') {
      continue;
    }
    std::string locale(value);
    std::ranges::transform(locale, locale.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return true;
}

TextStyle text_style(const Session& session) {
  // NOLINTBEGIN(concurrency-mt-unsafe): this program has one thread.
  const bool utf8 =
      prints_utf8(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"), std::getenv("LANG"));
  // NOLINTEND(concurrency-mt-unsafe)
  return {.width = 80, .colour = session.colour, .unicode = utf8};
}

}  // namespace sectile::cli
