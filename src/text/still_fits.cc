// still_fits() of draw.h.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <vector>

#include "sectile/geometry/fit.h"
#include "sectile/text/draw.h"

namespace sectile {
namespace {

using Counts = std::vector<int>;  // Of each profile of the model, in that order.
using Filter = bool (*)(const Profile&);

// Real models have some hundred layouts of plain profiles; one that a user wrote may have any
// number, and a caption is not worth a wait.
constexpr std::size_t kLayoutsMax = 4'000;

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics && !profile.double_memory();
}

bool any(const Profile& /*profile*/) {
  return true;
}

// Everything that `layout` can grow into with profiles of the filter; the counts of what was added
// where nothing more can be.
class Growth {
 public:
  Growth(const Model& model, Filter filter) : model_(model), filter_(filter) {}

  void grow(const Layout& layout, const Counts& added) {
    if (seen_.size() >= kLayoutsMax || !seen_.insert(layout).second) {
      return;
    }
    bool last = true;
    for (std::size_t i = 0; i < model_.profiles.size(); ++i) {
      if (filter_(model_.profiles[i])) {
        last = !grow_by(i, layout, added) && last;
      }
    }
    if (last) {
      sets_.insert(added);
    }
  }

  // Largest profiles first; none is part of another.
  std::vector<Counts> best() const {
    std::vector<Counts> result;
    std::ranges::copy_if(sets_, std::back_inserter(result), [this](const Counts& counts) {
      return std::ranges::none_of(sets_, [&counts](const Counts& other) {
        return other != counts && std::ranges::equal(other, counts, std::ranges::greater_equal{});
      });
    });
    return result;
  }

 private:
  // Whether there was room for that profile.
  bool grow_by(std::size_t index, const Layout& layout, const Counts& added) {
    const Profile& profile = model_.profiles[index];
    const std::vector<int> starts = free_starts(model_, layout, profile);
    for (const int start : starts) {
      if (const Result<Layout> next = layout.with_unchecked(Slot::bare(profile, start))) {
        Counts more = added;
        more[index] += 1;
        grow(*next, more);
      }
    }
    return !starts.empty();
  }

  const Model& model_;
  Filter filter_;
  std::set<Layout> seen_;
  std::set<Counts, std::greater<>> sets_;
};

std::string in_words(const Model& model, const Counts& counts) {
  std::string result;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      result +=
          fmt::format("{}{}x {}", result.empty() ? "" : " + ", counts[i], model.profiles[i].name);
    }
  }
  return result;
}

}  // namespace

std::string still_fits(const Model& model, const Layout& layout, int sets_max) {
  std::vector<Counts> sets;
  for (const Filter filter : {&plain, &any}) {
    Growth growth(model, filter);
    growth.grow(layout, Counts(model.profiles.size(), 0));
    sets = growth.best();
    std::erase(sets, Counts(model.profiles.size(), 0));
    if (!sets.empty()) {
      break;  // Variants of a profile are only worth a word where the plain one does not fit.
    }
  }
  if (sets.empty()) {
    return "nothing";
  }
  const std::size_t shown = std::min(sets.size(), static_cast<std::size_t>(std::max(sets_max, 1)));
  std::string result;
  for (std::size_t i = 0; i < shown; ++i) {
    result += (i == 0 ? "" : " or ") + in_words(model, sets[i]);
  }
  const std::size_t left = sets.size() - shown;
  return left == 0 ? result
                   : fmt::format("{} or {} more set{}", result, left, left == 1 ? "" : "s");
}

}  // namespace sectile
