#include "sectile/geometry/enumerate.h"

#include <algorithm>
#include <set>

#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

bool takes_part(const ProfileFilter& filter, const Profile& profile) {
  return !filter || filter(profile);
}

// What grow() does for one profile.
void grow_by(const Model& model, const ProfileFilter& filter, const Profile& profile,
             const Layout& layout, std::set<Layout>& found);

// Adds every layout that `layout` can grow into. A set, because an order of creation may matter
// (Thor) and so two ways may lead to one layout.
void grow(const Model& model, const ProfileFilter& filter, const Layout& layout,
          std::set<Layout>& found) {
  if (!found.insert(layout).second) {
    return;
  }
  for (const Profile& profile : model.profiles) {
    if (takes_part(filter, profile)) {
      grow_by(model, filter, profile, layout, found);
    }
  }
}

void grow_by(const Model& model, const ProfileFilter& filter, const Profile& profile,
             const Layout& layout, std::set<Layout>& found) {
  for (const int start : free_starts(model, layout, profile)) {
    if (const Result<Layout> next = layout.with_unchecked(Slot(profile, start))) {
      grow(model, filter, *next, found);
    }
  }
}

bool contains(const ProfileCounts& outer, const ProfileCounts& inner) {
  return std::ranges::equal(outer, inner, std::ranges::greater_equal{});
}

}  // namespace

std::vector<Layout> all_layouts(const Model& model, const ProfileFilter& filter) {
  std::set<Layout> found;
  grow(model, filter, Layout(), found);
  return {found.begin(), found.end()};
}

std::vector<Layout> maximal_layouts(const Model& model, const ProfileFilter& filter) {
  std::vector<Layout> layouts = all_layouts(model, filter);
  std::erase_if(layouts, [&](const Layout& layout) {
    return std::ranges::any_of(model.profiles, [&](const Profile& profile) {
      return takes_part(filter, profile) && !free_starts(model, layout, profile).empty();
    });
  });
  return layouts;
}

ProfileCounts count_profiles(const Model& model, const Layout& layout) {
  ProfileCounts counts;
  for (const Profile& profile : model.profiles) {
    counts.push_back(layout.count(profile.id));
  }
  return counts;
}

std::vector<ProfileCounts> maximal_multisets(const Model& model, const ProfileFilter& filter) {
  std::set<ProfileCounts> found;
  for (const Layout& layout : maximal_layouts(model, filter)) {
    found.insert(count_profiles(model, layout));
  }
  return {found.begin(), found.end()};
}

std::vector<ProfileCounts> undominated_multisets(const Model& model, const ProfileFilter& filter) {
  const std::vector<ProfileCounts> all = maximal_multisets(model, filter);
  std::vector<ProfileCounts> best;
  std::ranges::copy_if(all, std::back_inserter(best), [&](const ProfileCounts& counts) {
    return std::ranges::none_of(all, [&](const ProfileCounts& other) {
      return other != counts && contains(other, counts);
    });
  });
  return best;
}

}  // namespace sectile
