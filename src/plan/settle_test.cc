#include "sectile/plan/settle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sectile/geometry/enumerate.h"
#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using testing::layout;
using testing::model;
using testing::text;

bool is_plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.double_memory() && !profile.graphics;
}

// A 3g with compute instances of one slice at these places.
Slot with_ones(const Model& model, int start, const std::vector<int>& ones) {
  const Profile& profile = *model.find_by_name("3g.40gb");
  Slot slot = Slot::bare(profile, start);
  for (const int one : ones) {
    const ComputeSlot compute{.profile = {0}, .placement = {.start = one, .size = 1}};
    slot = slot.with_compute(profile, compute).value();
  }
  return slot;
}

TEST(SettleTest, KeepsWhereverItIsWhatTheCountsAllow) {
  const Model& a100 = model("a100-80gb");
  const Layout from = layout(a100, {{"3g.40gb", 4}, {"2g.20gb", 2}, {"1g.10gb", 0}});
  // As first fit would place 1x 3g and 2x 2g: the 3g at 0.
  const Layout wanted = layout(a100, {{"3g.40gb", 0}, {"2g.20gb", 4}});
  EXPECT_EQ(text(a100, settle(a100, from, wanted).value()), "2g.20gb@2 3g.40gb@4");
  EXPECT_EQ(text(a100, settle(a100, {}, wanted).value()), "2g.20gb@0 3g.40gb@4");
  EXPECT_EQ(settle(a100, from, {}).value(), Layout());
}

TEST(SettleTest, KeepsComputeInstancesWhereTheyAre) {
  const Model& a100 = model("a100-80gb");
  const Layout from = Layout().with(a100, with_ones(a100, 4, {1})).value();
  const Layout wanted = Layout().with(a100, with_ones(a100, 0, {0, 1})).value();
  const Layout settled = settle(a100, from, wanted).value();
  EXPECT_EQ(settled, Layout().with(a100, with_ones(a100, 4, {0, 1})).value());
  const Layout last = Layout().with(a100, with_ones(a100, 0, {2})).value();
  EXPECT_EQ(settle(a100, last, wanted).value(),
            Layout().with(a100, with_ones(a100, 0, {0, 2})).value());
}

TEST(SettleTest, InstancesThatDoNotFitTogetherAreRefused) {
  const Model& a100 = model("a100-80gb");
  const Layout wanted = Layout()
                            .with_unchecked(Slot(*a100.find_by_name("4g.40gb"), 0))
                            .value()
                            .with_unchecked(Slot(*a100.find_by_name("4g.40gb"), 4))
                            .value();
  const Result<Layout> settled = settle(a100, {}, wanted);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().code, ErrorCode::kUnsatisfiable);
  const Layout unknown =
      Layout().with_unchecked(Slot(*model("a30-24gb").find_by_name("2g.12gb+me"), 0)).value();
  ASSERT_FALSE(settle(a100, {}, unknown));
  EXPECT_EQ(settle(a100, {}, unknown).error().code, ErrorCode::kInvalidArgument);
}

// Two profiles of compute instances with one slice each: whoever counts slices means either.
TEST(SettleTest, ComputeInstancesWithTheSlicesThatAreWantedStay) {
  const Model& h100 = model("h100-80gb-sxm5");
  const Profile& wide = *h100.find_by_name("1g.20gb");
  std::vector<ComputeProfile> ones;
  std::ranges::copy_if(wide.compute_profiles, std::back_inserter(ones),
                       [](const ComputeProfile& one) { return one.compute_slices == 1; });
  ASSERT_GE(ones.size(), 2U);
  const auto with = [&](int start, const ComputeProfile& one) {
    const ComputeSlot compute{.profile = one.id, .placement = one.placements.front()};
    return Layout().with(h100, Slot::bare(wide, start).with_compute(wide, compute).value()).value();
  };
  EXPECT_EQ(settle(h100, with(2, ones[0]), with(0, ones[1])).value(), with(2, ones[0]));
  EXPECT_EQ(settle(h100, with(2, ones[1]), with(0, ones[0])).value(), with(2, ones[1]));
}

TEST(SettleTest, WhatIsUsedStaysThoughMoreIsDestroyed) {
  const Model& a100 = model("a100-80gb");
  const Layout from = layout(a100, {{"1g.10gb", 0}, {"1g.10gb", 4}, {"1g.10gb", 5}});
  const Layout wanted = layout(a100, {{"3g.40gb", 4}, {"1g.10gb", 0}, {"1g.10gb", 1}});
  EXPECT_EQ(text(a100, settle(a100, from, wanted).value()), "3g.40gb@0 1g.10gb@4 1g.10gb@5");
  const std::vector<InUse> used{{.instance = {.start = 0, .size = 1}, .compute = {}}};
  const Layout spared = settle(a100, from, wanted, used).value();
  EXPECT_NE(spared.find({.start = 0, .size = 1}), nullptr);
  EXPECT_EQ(disturbance(from, used, spared),
            (Disturbance{.harmed = 0, .destroyed = 2, .compute_destroyed = 2}));
  // Where it cannot be spared, that is said.
  const Layout half = layout(a100, {{"4g.40gb", 0}});
  EXPECT_EQ(disturbance(from, used, settle(a100, from, half, used).value()),
            (Disturbance{.harmed = 1, .destroyed = 3, .compute_destroyed = 3}));
}

// The tests below judge by another way to count: as sets of texts, instance by instance.
using Cost = std::tuple<std::size_t, std::size_t, std::size_t>;

std::string name(const Slot& slot) {
  return std::to_string(slot.profile().value) + "@" + to_string(slot.placement());
}

std::string name(const Slot& slot, const ComputeSlot& compute) {
  return name(slot) + "/" + std::to_string(compute.profile.value) + "@" +
         to_string(compute.placement);
}

std::set<std::string> names(const Layout& layout, bool compute) {
  std::set<std::string> all;
  for (const Slot& slot : layout.slots()) {
    if (!compute) {
      all.insert(name(slot));
      continue;
    }
    for (const ComputeSlot& one : slot.compute()) {
      all.insert(name(slot, one));
    }
  }
  return all;
}

std::size_t lost(const std::set<std::string>& before, const std::set<std::string>& now) {
  std::vector<std::string> gone;
  std::ranges::set_difference(before, now, std::back_inserter(gone));
  return gone.size();
}

// What in `from` is used: a bit an instance, whose first compute instance it is.
std::vector<InUse> in_use(const Layout& from, unsigned bits) {
  std::vector<InUse> used;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Slot& slot = from.slots()[i];
    if ((bits >> i & 1U) != 0 && !slot.compute().empty()) {
      used.push_back({.instance = slot.placement(), .compute = slot.compute()[0]});
    }
  }
  return used;
}

Cost cost(const Layout& from, const std::vector<InUse>& used, const Layout& to) {
  const std::set<std::string> instances = names(to, false);
  const std::set<std::string> compute = names(to, true);
  std::size_t harmed = 0;
  for (const InUse& one : used) {
    const Slot& slot = *from.find(one.instance);
    const bool spared =
        instances.contains(name(slot)) && one.compute && compute.contains(name(slot, *one.compute));
    harmed += spared ? 0 : 1;
  }
  return {harmed, lost(names(from, false), instances), lost(names(from, true), compute)};
}

std::multimap<ProfileCounts, Layout> by_counts(const Model& model, const std::vector<Layout>& all) {
  std::multimap<ProfileCounts, Layout> groups;
  for (const Layout& layout : all) {
    groups.emplace(count_profiles(model, layout), layout);
  }
  return groups;
}

// The least that any layout with the same counts costs; all have the compute instances that fill.
Cost least(const std::multimap<ProfileCounts, Layout>& groups, const ProfileCounts& counts,
           const Layout& from, const std::vector<InUse>& used) {
  Cost best(SIZE_MAX, 0, 0);
  const auto [begin, end] = groups.equal_range(counts);
  for (auto entry = begin; entry != end; ++entry) {
    best = std::min(best, cost(from, used, entry->second));
  }
  return best;
}

using Group = std::multimap<ProfileCounts, Layout>::value_type;

// From the layout to one of the group, with every set of instances in use; returns how many.
int expect_least(const Model& model, const std::multimap<ProfileCounts, Layout>& groups,
                 const Layout& from, const Group& group) {
  int cases = 0;
  for (unsigned bits = 0; bits < 1U << from.size(); ++bits) {
    const std::vector<InUse> used = in_use(from, bits);
    const Layout settled = settle(model, from, group.second, used).value();
    EXPECT_EQ(count_profiles(model, settled), group.first);
    EXPECT_EQ(cost(from, used, settled), least(groups, group.first, from, used))
        << text(model, from) << ", in use " << bits << ", to " << text(model, settled);
    ++cases;
  }
  return cases;
}

// Every pair of layouts with every set of instances in use; returns how many.
int expect_least(const Model& model, const std::vector<Layout>& layouts) {
  const auto groups = by_counts(model, layouts);
  int cases = 0;
  for (const Layout& from : layouts) {
    for (auto group = groups.begin(); group != groups.end();
         group = groups.upper_bound(group->first)) {
      cases += expect_least(model, groups, from, *group);
    }
  }
  return cases;
}

TEST(SettleTest, NoPlacementOfTheSameInstancesDisturbsLess) {
  const Model& a30 = model("a30-24gb");
  const int all_of_a30 = expect_least(a30, all_layouts(a30));
  const Model& thor = model("jetson-thor");
  const int all_of_thor = expect_least(thor, all_layouts(thor));
  const Model& h100 = model("h100-80gb-sxm5");
  const int large_of_h100 = expect_least(h100, all_layouts(h100, [](const Profile& profile) {
                                           return is_plain(profile) && profile.compute_slices > 1;
                                         }));
  std::cout << "compared with every placement: " << all_of_a30 << " changes of A30, " << all_of_thor
            << " of Thor, " << large_of_h100 << " of H100 with 2g and larger\n";
}

std::vector<ComputeSlot> compute_slots(const Profile& profile) {
  std::vector<ComputeSlot> slots;
  for (const ComputeProfile& kind : profile.compute_profiles) {
    for (const Placement& placement : kind.placements) {
      slots.push_back({.profile = kind.id, .placement = placement});
    }
  }
  return slots;
}

// Adds every set of compute instances that the slot can grow into.
void grow(const Profile& profile, const Slot& slot, std::set<Slot>& all) {
  if (!all.insert(slot).second) {
    return;
  }
  for (const ComputeSlot& added : compute_slots(profile)) {
    if (const auto more = slot.with_compute(profile, added)) {
      grow(profile, *more, all);
    }
  }
}

// Every set of compute instances that fits into a GPU instance of the profile.
std::vector<Slot> arrangements(const Profile& profile, int start) {
  std::set<Slot> all;
  grow(profile, Slot::bare(profile, start), all);
  return {all.begin(), all.end()};
}

std::vector<std::uint32_t> compute_of(const Slot& slot) {
  std::vector<std::uint32_t> ids;
  for (const ComputeSlot& compute : slot.compute()) {
    ids.push_back(compute.profile.value);
  }
  std::ranges::sort(ids);
  return ids;
}

std::vector<int> slices_of(const Profile& profile, const Slot& slot) {
  std::vector<int> slices;
  for (const ComputeSlot& compute : slot.compute()) {
    slices.push_back(profile.find_compute(compute.profile)->compute_slices);
  }
  std::ranges::sort(slices);
  return slices;
}

// Tries everything: every place, every way to give the wanted instances to places, every way to
// arrange compute instances.
class Everything {
 public:
  Everything(const Model& model, const Layout& from, const std::vector<InUse>& used)
      : model_(model), from_(from), used_(used) {}

  Cost least(const std::multimap<ProfileCounts, Layout>& groups, const Layout& wanted) {
    const auto [begin, end] = groups.equal_range(count_profiles(model_, wanted));
    for (auto entry = begin; entry != end; ++entry) {
      assign(entry->second, {wanted.slots().begin(), wanted.slots().end()}, {});
    }
    return best_;
  }

 private:
  void assign(const Layout& places, const std::vector<Slot>& left, const Layout& made) {
    if (left.empty()) {
      best_ = std::min(best_, cost(from_, used_, made));
      return;
    }
    const Slot& place = places.slots()[made.size()];
    const Profile& profile = *model_.find(place.profile());
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i].profile() != place.profile()) {
        continue;
      }
      std::vector<Slot> rest = left;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      for (const Slot& slot : meant(profile, place.placement().start, left[i])) {
        assign(places, rest, made.with_unchecked(slot).value());
      }
    }
  }

  std::vector<Slot> meant(const Profile& profile, int start, const Slot& wanted) const {
    std::vector<Slot> slots = arrangements(profile, start);
    std::erase_if(slots, [&](const Slot& slot) { return !is_meant(profile, slot, wanted); });
    return slots;
  }

  bool is_meant(const Profile& profile, const Slot& slot, const Slot& wanted) const {
    const Slot* old = from_.find(slot.placement());
    const bool stays = old != nullptr && old->profile() == slot.profile();
    return compute_of(slot) == compute_of(wanted) ||
           (stays && slot == *old && slices_of(profile, slot) == slices_of(profile, wanted));
  }

  const Model& model_;
  const Layout& from_;
  const std::vector<InUse>& used_;
  Cost best_{SIZE_MAX, 0, 0};
};

// One of the layouts, with compute instances.
Layout draw(std::mt19937& random, const Model& gpu, const std::vector<Layout>& layouts) {
  Layout drawn;
  for (const Slot& slot : layouts[random() % layouts.size()].slots()) {
    const auto all = arrangements(*gpu.find(slot.profile()), slot.placement().start);
    drawn = drawn.with_unchecked(all[random() % all.size()]).value();
  }
  return drawn;
}

// With compute instances drawn at random in up to three GPU instances.
TEST(SettleTest, NoArrangementOfComputeInstancesDisturbsLess) {
  std::mt19937 random(7);
  for (const char* key : {"a30-24gb", "a100-80gb", "h100-80gb-sxm5"}) {
    const Model& gpu = model(key);
    std::vector<Layout> layouts = all_layouts(gpu, is_plain);
    std::erase_if(layouts, [](const Layout& one) { return one.size() > 3; });
    const auto groups = by_counts(gpu, layouts);
    for (int round = 0; round < 300; ++round) {
      const Layout from = draw(random, gpu, layouts);
      const Layout wanted = draw(random, gpu, layouts);
      const std::vector<InUse> used = in_use(from, static_cast<unsigned>(random()));
      const Layout settled = settle(gpu, from, wanted, used).value();
      ASSERT_EQ(cost(from, used, settled), Everything(gpu, from, used).least(groups, wanted))
          << key << " round " << round << ": " << text(gpu, from) << " to " << text(gpu, settled);
    }
  }
}

}  // namespace
}  // namespace sectile
