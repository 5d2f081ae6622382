// The word of a list that somebody probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sectile::cli {

// The candidate with the fewest edits (insert, delete, replace, swap of neighbours), the first one
// of several; empty if even that one is too far away to be meant. Case does not matter.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// "did you mean 'plan'?", or `otherwise` if nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view otherwise);

}  // namespace sectile::cli
