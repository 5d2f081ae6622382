// `--help`, made from the option table. Plain text, at most 80 columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "src/cli/options.h"

namespace sectile::cli {

inline constexpr std::size_t kColumns = 80;

std::string help_overview();
std::string help(const Verb& verb);

// "usage: sectile plan [OPTION...]" without the "usage: ".
std::string usage(const Verb& verb);

// "-o, --output FORMAT"
std::string option_words(const Option& option);

// Breaks `text` into lines of at most kColumns, each one indented; the first one starts at `column`
// because something stands there already. An empty line separates paragraphs.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t column = 0);

}  // namespace sectile::cli
