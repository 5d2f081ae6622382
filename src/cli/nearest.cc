#include "src/cli/nearest.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace sectile::cli {
namespace {

constexpr std::size_t kWordLengthMax = 64;  // Longer ones are no typing error.

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool same(char a, char b) {
  return lower(a) == lower(b);
}

// The distance of Damerau and Levenshtein with adjacent swaps, by dynamic programming.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> distance(a.size() + 1,
                                                 std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        distance[i][j] = i + j;
        continue;
      }
      distance[i][j] = std::min({distance[i - 1][j] + 1, distance[i][j - 1] + 1,
                                 distance[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0U : 1U)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
      }
    }
  }
  return distance[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kWordLengthMax) {
    return {};
  }
  std::string best;
  std::size_t best_edits = word.size() / 3 + 2;  // Not meant from here on.
  for (const std::string& candidate : candidates) {
    const std::size_t needed = edits(word, candidate);
    if (needed < best_edits && needed < candidate.size()) {
      best = candidate;
      best_edits = needed;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view otherwise) {
  const std::string meant = nearest(word, candidates);
  return meant.empty() ? std::string(otherwise) : "did you mean '" + meant + "'?";
}

}  // namespace sectile::cli
