#include "sectile/geometry/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"

namespace sectile {
namespace {

const Model& model(std::string_view key) {
  return **find_model(key);
}

Layout make(const Model& model, std::initializer_list<std::pair<const char*, int>> slots) {
  Layout layout;
  for (const auto& [name, start] : slots) {
    layout = layout.with(model, Slot(*model.find_by_name(name), start)).value();
  }
  return layout;
}

Refusal why(const Model& model, const Layout& layout, const char* name, int start) {
  return refusal(model, layout, *model.find_by_name(name), start);
}

TEST(FitTest, TwoThreeSliceInstancesLeaveNoMemorySlice) {
  const Model& a100 = model("a100-80gb");
  const Layout two = make(a100, {{"3g.40gb", 0}, {"3g.40gb", 4}});
  EXPECT_EQ(why(a100, two, "1g.10gb", 6), Refusal::kSlicesTaken);
  EXPECT_EQ(remaining_capacity(a100, two, *a100.find_by_name("1g.10gb")), 0);
}

TEST(FitTest, StartsThatNoInstanceMayHaveAreRefused) {
  const Model& a100 = model("a100-80gb");
  EXPECT_EQ(why(a100, {}, "2g.20gb", 1), Refusal::kNoSuchStart);
  EXPECT_EQ(why(a100, {}, "2g.20gb", 6), Refusal::kNoSuchStart);
  EXPECT_EQ(why(a100, {}, "4g.40gb", 4), Refusal::kNoSuchStart);
  EXPECT_EQ(why(a100, {}, "1g.10gb", 7), Refusal::kNoSuchStart);
}

TEST(FitTest, OneInstanceWithMediaExtensionsAtOnce) {
  const Model& a100 = model("a100-80gb");
  EXPECT_EQ(why(a100, make(a100, {{"1g.10gb+me", 6}}), "1g.10gb+me", 5), Refusal::kProfileCount);
  EXPECT_TRUE(fits(a100, make(a100, {{"1g.10gb+me", 6}}), *a100.find_by_name("1g.10gb"), 5));
  const Model& a30 = model("a30");
  EXPECT_EQ(why(a30, make(a30, {{"1g.6gb+me", 0}}), "2g.12gb+me", 2), Refusal::kEngines);
}

TEST(FitTest, AllMediaEnginesLeaveRoomForNoneOnly) {
  const Model& rtx = model("rtx-pro-6000-bw");
  const Layout all = make(rtx, {{"1g.24gb+me.all", 0}});
  EXPECT_EQ(why(rtx, all, "1g.24gb", 3), Refusal::kAllMedia);
  EXPECT_TRUE(fits(rtx, all, *rtx.find_by_name("1g.24gb-me"), 3));
  EXPECT_EQ(why(rtx, make(rtx, {{"1g.24gb", 3}}), "2g.48gb+me.all", 6), Refusal::kAllMedia);
  EXPECT_TRUE(fits(rtx, make(rtx, {{"2g.48gb-me", 0}}), *rtx.find_by_name("2g.48gb+me.all"), 6));
}

TEST(FitTest, ThorTakesOneComputeAndOneGraphicsInstanceInItsOrder) {
  const Model& thor = model("jetson-thor");
  const Layout graphics = make(thor, {{"2g.0gb+gfx", 0}});
  EXPECT_EQ(why(thor, {}, "1g.0gb+me", 2), Refusal::kNeedsOther);
  EXPECT_TRUE(fits(thor, graphics, *thor.find_by_name("1g.0gb+me"), 2));
  EXPECT_EQ(why(thor, graphics, "1g.0gb+gfx", 2), Refusal::kGraphicsLimit);
  EXPECT_EQ(why(thor, make(thor, {{"2g.0gb", 0}}), "1g.0gb", 2), Refusal::kComputeLimit);
  EXPECT_EQ(why(thor, graphics, "3g.0gb", 0), Refusal::kSlicesTaken);
  EXPECT_TRUE(check(thor, make(thor, {{"2g.0gb+gfx", 0}, {"1g.0gb+me", 2}})));
}

TEST(FitTest, CheckRefusesThorsNeedyProfileAlone) {
  const Model& thor = model("jetson-thor");
  const Layout alone = Layout().with_unchecked(Slot(*thor.find_by_name("1g.0gb+me"), 2)).value();
  EXPECT_EQ(check(thor, alone).error().message, "1g.0gb+me@2 can exist only beside 2g.0gb+gfx");
}

TEST(FitTest, RefusalNamesWhatStandsInTheWay) {
  const Model& a100 = model("a100-80gb");
  const Layout layout = make(a100, {{"2g.20gb", 4}, {"1g.10gb", 6}});
  const Status status = can_add(a100, layout, Slot(*a100.find_by_name("3g.40gb"), 4));
  EXPECT_EQ(status.error().code, ErrorCode::kUnsatisfiable);
  EXPECT_EQ(status.error().message,
            "3g.40gb@4 needs memory slices 4 to 7, taken by 2g.20gb@4 and 1g.10gb@6");
}

// On the models there are, other rules imply these limits, so a model that needs them is made.
TEST(FitTest, EachLimitHoldsOfItself) {
  Model few = model("a100-80gb");
  few.max_instances = 2;
  const Layout two = make(few, {{"1g.10gb", 0}, {"1g.10gb", 1}});
  EXPECT_EQ(why(few, two, "1g.10gb", 2), Refusal::kInstanceCount);
  for (int Engines::* engine :
       {&Engines::decode, &Engines::encode, &Engines::jpeg, &Engines::ofa}) {
    Model poor = model("a100-80gb");
    for (Profile& profile : poor.profiles) {
      profile.engines = {};
      profile.engines.*engine = 1;
    }
    EXPECT_EQ(why(poor, make(poor, {{"1g.10gb", 0}}), "1g.10gb", 1), Refusal::kEngines);
  }
}

TEST(FitTest, EachLimitOfComputeInstancesHoldsOfItself) {
  Profile two = *model("a100-80gb").find_by_name("2g.20gb");
  const ComputeProfile one = *two.find_compute(ComputeProfileId{0});
  const Slot slot = Slot::bare(two, 0).with_compute(two, {one.id, {0, 1}}).value();
  EXPECT_EQ(free_compute_starts(two, slot, one), std::vector{1});
  ComputeProfile single = one;
  single.max_count = 1;
  EXPECT_TRUE(free_compute_starts(two, slot, single).empty());
  two.compute_slices = 1;
  EXPECT_TRUE(free_compute_starts(two, slot, one).empty());
}

// What nvidia-smi printed as free on an A100 40GB after each creation of 4g, 2g, 1g. Source:
// transcript of real hardware.
TEST(FitTest, RemainingCapacityIsWhatTheDriverPrints) {
  const Model& a100 = model("a100-40gb");
  const auto free_of_each = [&](const Layout& layout) {
    std::map<unsigned, int> free;
    for (const Profile& profile : a100.profiles) {
      free[profile.id.value] = remaining_capacity(a100, layout, profile);
    }
    return free;
  };
  using Free = std::map<unsigned, int>;
  EXPECT_EQ(free_of_each(make(a100, {{"4g.20gb", 0}})),
            (Free{{19, 3}, {20, 1}, {15, 2}, {14, 1}, {9, 1}, {5, 0}, {0, 0}}));
  EXPECT_EQ(free_of_each(make(a100, {{"4g.20gb", 0}, {"2g.10gb", 4}})),
            (Free{{19, 1}, {20, 1}, {15, 1}, {14, 0}, {9, 0}, {5, 0}, {0, 0}}));
  EXPECT_EQ(free_of_each(make(a100, {{"4g.20gb", 0}, {"2g.10gb", 4}, {"1g.5gb", 6}})),
            (Free{{19, 0}, {20, 0}, {15, 0}, {14, 0}, {9, 0}, {5, 0}, {0, 0}}));
}

TEST(FitTest, AnEmptyGpuHoldsTheGreatestCountOfEachProfile) {
  for (const Model& each : catalogue()) {
    for (const Profile& profile : each.profiles) {
      const bool waits =
          std::ranges::find(each.needs, profile.id, &Needs::profile) != each.needs.end();
      EXPECT_EQ(remaining_capacity(each, {}, profile), waits ? 0 : profile.max_count)
          << each.key << " " << profile.name;
    }
  }
}

// Whether two slots take one memory slice.
bool overlaps(const Layout& layout) {
  std::array<int, 16> taken{};
  for (const Slot& slot : layout.slots()) {
    for (int slice = slot.placement().start; slice < slot.placement().end(); ++slice) {
      taken.at(static_cast<std::size_t>(slice)) += 1;
    }
  }
  return std::ranges::max(taken) > 1;
}

bool has_media(const Profile& profile) {
  const Engines& engines = profile.engines;
  return profile.media != Media::kNone &&
         engines.decode + engines.jpeg + engines.encode + engines.ofa > 0;
}

// Of the whole GPU for all; and who has all of one kind is the only one with any.
bool engines_suffice(const Model& model, const Layout& layout) {
  Engines sum;
  int all = 0;
  int with_media = 0;
  for (const Slot& slot : layout.slots()) {
    const Profile& profile = *model.find(slot.profile());
    sum.decode += profile.engines.decode;
    sum.encode += profile.engines.encode;
    sum.jpeg += profile.engines.jpeg;
    sum.ofa += profile.engines.ofa;
    all += profile.media == Media::kAll ? 1 : 0;
    with_media += has_media(profile) ? 1 : 0;
  }
  const Engines& whole = model.whole().engines;
  return (all == 0 || with_media <= 1) && sum.decode <= whole.decode &&
         sum.encode <= whole.encode && sum.jpeg <= whole.jpeg && sum.ofa <= whole.ofa;
}

// The rules stated a second time: a set of slots is legal if the driver's published rules hold for
// the finished set, whatever the order.
bool model_legal(const Model& model, const Layout& layout) {
  if (overlaps(layout)) {
    return false;
  }
  std::map<unsigned, int> count;
  int graphics = 0;
  for (const Slot& slot : layout.slots()) {
    const Profile& profile = *model.find(slot.profile());
    if (++count[profile.id.value] > profile.max_count) {
      return false;
    }
    graphics += profile.graphics ? 1 : 0;
  }
  const int size = static_cast<int>(layout.size());
  return engines_suffice(model, layout) && size <= model.max_instances &&
         (model.max_compute_only <= 0 || size - graphics <= model.max_compute_only) &&
         (model.max_graphics <= 0 || graphics <= model.max_graphics) &&
         std::ranges::all_of(model.needs, [&](const Needs& needs) {
           return count[needs.profile.value] == 0 || count[needs.needed.value] > 0;
         });
}

// Any one slot more.
void expect_agreement(const Model& each, const Layout& layout) {
  for (const Profile& profile : each.profiles) {
    for (const int start : profile.starts) {
      const Result<Layout> next = layout.with_unchecked(Slot::bare(profile, start));
      ASSERT_EQ(fits(each, layout, profile, start), next && model_legal(each, *next))
          << each.key << " " << layout.diagram(each.memory_slices) << " + " << profile.name << "@"
          << start;
    }
  }
}

// Exhaustive: every legal layout of every model plus any one slot more.
TEST(FitTest, AgreesWithTheModelOneStepBeyondEveryLayout) {
  for (const char* key : {"a30", "rtx-pro-6000-bw", "jetson-thor", "rtx-pro-5000-bw-48gb"}) {
    const Model& each = model(key);
    for (const Layout& layout : all_layouts(each)) {
      ASSERT_TRUE(model_legal(each, layout)) << key << " " << layout.diagram(each.memory_slices);
      expect_agreement(each, layout);
    }
  }
}

}  // namespace
}  // namespace sectile
