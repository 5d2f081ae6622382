// Text from elsewhere inside of XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace sectile::internal {

// As it may stand between tags and in quoted attributes: what means something there is escaped, and
// what clean() takes out, control characters among it, is out.
std::string markup(std::string_view hostile);

}  // namespace sectile::internal
