// Lines of text for people, at most 80 columns wide.
#pragma once

#include <string>
#include <string_view>

namespace sectile::internal {

class Lines {
 public:
  // `head`, then `text` after it, broken at spaces; later lines start below the text. Untrusted
  // text is neutralised; words longer than a line are cut.
  void add(std::string_view head, std::string_view text);
  void blank();

  std::string str() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace sectile::internal
