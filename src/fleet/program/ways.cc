#include "src/fleet/program/ways.h"

#include <algorithm>
#include <functional>
#include <map>

#include "sectile/base/check.h"

namespace sectile::fleet::program {
namespace {

std::vector<Layout> layouts_of(const Model& model, const std::vector<bool>& taking_part) {
  return maximal_layouts(model, [&](const Profile& profile) {
    return taking_part[static_cast<std::size_t>(&profile - model.profiles.data())];
  });
}

bool is_no_better(const Way& way, const Way& other) {
  return way.displaced >= other.displaced &&
         std::ranges::equal(way.gives, other.gives, std::less_equal{});
}

}  // namespace

std::size_t profile_index(const Model& model, ProfileId id) {
  const Profile* const profile = model.find(id);
  SECTILE_CHECK(profile != nullptr);
  return static_cast<std::size_t>(profile - model.profiles.data());
}

std::vector<Give> gives_of(const Way& way, std::size_t first_item) {
  std::vector<Give> gives;
  for (std::size_t i = 0; i < way.gives.size(); ++i) {
    if (way.gives[i] > 0) {
      gives.push_back({.item = first_item + i, .count = way.gives[i]});
    }
  }
  return gives;
}

void add_profiles(const Model& model, const Layout& layout, std::vector<bool>& taking_part) {
  for (const Slot& slot : layout.slots()) {
    taking_part[profile_index(model, slot.profile())] = true;
  }
}

Ways::Ways(const Model& model, const std::vector<bool>& taking_part)
    : model_(model), layouts_(layouts_of(model, taking_part)) {
  for (std::size_t i = 0; i < model.profiles.size(); ++i) {
    first_bit_.push_back(profile_of_.size());
    profile_of_.resize(profile_of_.size() + model.profiles[i].starts.size(), i);
  }
  SECTILE_CHECK(profile_of_.size() <= kMaxInstanceBits);
  for (const Layout& layout : layouts_) {
    sets_.push_back(bits(layout));
  }
}

InstanceSet Ways::bits(const Layout& layout) const {
  InstanceSet result;
  for (const Slot& slot : layout.slots()) {
    const std::size_t profile = profile_index(model_, slot.profile());
    const std::vector<int>& starts = model_.profiles[profile].starts;
    const auto start = std::ranges::find(starts, slot.placement().start);
    SECTILE_CHECK(start != starts.end());
    result.set(first_bit_[profile] + static_cast<std::size_t>(start - starts.begin()));
  }
  return result;
}

ProfileCounts Ways::count(const InstanceSet& instances) const {
  ProfileCounts counts(model_.profiles.size(), 0);
  for (std::size_t bit = instances._Find_first(); bit < instances.size();
       bit = instances._Find_next(bit)) {
    ++counts[profile_of_[bit]];
  }
  return counts;
}

std::vector<Way> Ways::reachable(const InstanceSet& kept, const InstanceSet& movable) const {
  std::map<ProfileCounts, Way, std::greater<>> best;  // By what they give: the least displaced.
  for (std::size_t i = 0; i < layouts_.size(); ++i) {
    if ((kept & ~sets_[i]).any()) {
      continue;
    }
    const int displaced = static_cast<int>((movable & ~sets_[i]).count());
    ProfileCounts gives = count(sets_[i] & ~kept);
    const auto [place, added] =
        best.try_emplace(gives, Way{.layout = i, .gives = gives, .displaced = displaced});
    if (!added && displaced < place->second.displaced) {
      place->second.layout = i;
      place->second.displaced = displaced;
    }
  }
  std::vector<Way> ways;
  for (const auto& [gives, way] : best) {
    // One that gives more stands before, in descending order.
    if (std::ranges::none_of(ways, [&](const Way& other) { return is_no_better(way, other); })) {
      ways.push_back(way);
    }
  }
  return ways;
}

}  // namespace sectile::fleet::program
