// How text is drawn for whoever reads standard output.
#pragma once

#include "sectile/text/draw.h"
#include "src/cli/session.h"

namespace sectile::cli {

// Colour as the session says; box-drawing characters unless the locale rules them out.
TextStyle text_style(const Session& session);

// Whether a locale with these variables prints UTF-8: LC_ALL, LC_CTYPE, LANG, the first that is set
// decides. If none is, UTF-8 is assumed, as in a container.
bool prints_utf8(const char* lc_all, const char* lc_ctype, const char* lang);

}  // namespace sectile::cli
