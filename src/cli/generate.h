// What is generated from the option table and committed: the manual page, the completions of three
// shells and the reference. A test compares the committed files with these.
#pragma once

#include <string>
#include <vector>

namespace sectile::cli {

struct GeneratedFile {
  std::string path;  // Relative to the source tree.
  std::string text;
};

// All of them.
std::vector<GeneratedFile> generated_files();

std::string manual_page();  // mdoc, for section 1.
std::string reference();    // Markdown.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace sectile::cli
