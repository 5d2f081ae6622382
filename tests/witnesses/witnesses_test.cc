// Geometry's rules (what the planner believes) against the emulator's slot map (what its driver
// does): two codes, written apart, over intervals of slices and over a tree of spans.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "src/base/surely.h"
#include "src/emulator/geometry_copy.h"
#include "src/emulator/slots.h"
#include "src/emulator/state.h"

namespace sectile {
namespace {

// Puts the layout on an emulated GPU as if created with placements, slots that others need first.
emulator::Gpu place(const Model& model, const emulator::Geometry& geometry, bool swapped,
                    const Layout& layout) {
  emulator::Gpu gpu{};
  gpu.swapped = swapped ? 1 : 0;
  for (const Slot& slot : layout.slots()) {
    const emulator::Span span{.start = static_cast<std::uint32_t>(slot.placement().start),
                              .size = static_cast<std::uint32_t>(slot.placement().size)};
    const auto id = emulator::tree_id(geometry, swapped, span);
    const auto profile = emulator::find_profile(geometry, slot.profile().value);
    EXPECT_TRUE(id && profile) << model.key << " " << to_string(slot.placement());
    if (id && profile) {
      emulator::GpuInstance& instance = gpu.instances.at(*id);
      EXPECT_EQ(instance.exists, 0U);
      instance.exists = 1;
      instance.profile = *profile;
      instance.span = span;
    }
  }
  return gpu;
}

std::vector<int> as_int(const std::vector<std::uint32_t>& starts) {
  return {starts.begin(), starts.end()};
}

class WitnessesTest : public testing::TestWithParam<std::string> {};

// On every legal layout: the same free starts for every profile, the same remaining capacity.
// So both agree on every layout that can be reached by creating instances with placements.
TEST_P(WitnessesTest, AgreeOnEveryLayoutAndOnWhatStillFits) {
  const Model& model = **find_model(GetParam());
  const emulator::Geometry geometry = emulator::pack(model).value();
  const std::vector<Layout> layouts = all_layouts(model);
  ASSERT_GT(layouts.size(), 3U);
  for (const Layout& layout : layouts) {
    for (const bool swapped : {false, true}) {
      const emulator::Gpu gpu = place(model, geometry, swapped, layout);
      for (std::uint32_t p = 0; p < geometry.profiles.count; ++p) {
        const Profile& profile = *model.find(ProfileId{geometry.profiles.items.at(p).id});
        const std::string where =
            model.key + " " + layout.diagram(model.memory_slices) + " " + profile.name;
        ASSERT_EQ(as_int(emulator::free_starts(geometry, gpu, p)),
                  free_starts(model, layout, profile))
            << where;
        ASSERT_EQ(emulator::remaining_capacity(geometry, gpu, p),
                  remaining_capacity(model, layout, profile))
            << where;
      }
    }
  }
}

bool holds(const Layout& larger, const Layout& held) {
  return std::ranges::all_of(held.slots(), [&](const Slot& slot) {
    const Slot* same = larger.find(slot.placement());
    return same != nullptr && same->profile() == slot.profile();
  });
}

// How many instances of the profile the layout has more than `held`, if nothing else is different.
int only_more(const Layout& larger, const Layout& held, const Profile& profile) {
  const int more = static_cast<int>(larger.size() - held.size());
  return holds(larger, held) && larger.count(profile.id) - held.count(profile.id) == more ? more
                                                                                          : 0;
}

// Remaining capacity a third time: the most instances of one profile in any layout that holds this
// one.
TEST_P(WitnessesTest, RemainingCapacityIsWhatEnumerationSays) {
  const Model& model = **find_model(GetParam());
  const std::vector<Layout> layouts = all_layouts(model);
  const std::size_t step = std::max<std::size_t>(1, layouts.size() / 60);
  for (std::size_t i = 0; i < layouts.size(); i += step) {
    const Layout& held = layouts[i];
    for (const Profile& profile : model.profiles) {
      int most = 0;
      for (const Layout& larger : layouts) {
        most = std::max(most, only_more(larger, held, profile));
      }
      ASSERT_EQ(remaining_capacity(model, held, profile), most)
          << model.key << " " << held.diagram(model.memory_slices) << " " << profile.name;
    }
  }
}

emulator::GpuInstance emulated(const emulator::ProfileKind& kind, const Slot& slot) {
  emulator::GpuInstance instance{};
  std::size_t id = 0;
  for (const ComputeSlot& compute : slot.compute()) {
    emulator::ComputeInstance& made = instance.compute.at(id++);
    made.exists = 1;
    made.compute = surely(emulator::find_compute(kind, compute.profile.value));
    made.span = {.start = static_cast<std::uint32_t>(compute.placement.start),
                 .size = static_cast<std::uint32_t>(compute.placement.size)};
  }
  return instance;
}

// Compares where compute instances may go, and returns the slot with each of them added.
std::vector<Slot> agreed_successors(const emulator::ProfileKind& kind, const Profile& profile,
                                    const Slot& slot) {
  const emulator::GpuInstance instance = emulated(kind, slot);
  std::vector<Slot> successors;
  for (std::uint32_t c = 0; c < kind.compute.count; ++c) {
    const ComputeProfile& compute =
        *profile.find_compute(ComputeProfileId{kind.compute.items.at(c).id});
    std::vector<int> starts;
    for (const emulator::Span& span : emulator::free_compute_spans(kind, instance, c)) {
      starts.push_back(static_cast<int>(span.start));
    }
    const std::vector<int> expected = free_compute_starts(profile, slot, compute);
    EXPECT_EQ(starts, expected) << profile.name << " " << compute.name;
    for (const int start : expected) {
      const auto placement = std::ranges::find(compute.placements, start, &Placement::start);
      successors.push_back(slot.with_compute(profile, {compute.id, *placement}).value());
    }
  }
  return successors;
}

// Every set of compute instances that with_compute() allows, grown one at a time.
void expect_agreement(const emulator::ProfileKind& kind, const Profile& profile) {
  std::vector<Slot> open{Slot::bare(profile, profile.starts.front())};
  std::set<Slot> seen(open.begin(), open.end());
  while (!open.empty() && !testing::Test::HasFailure()) {
    const Slot slot = open.back();
    open.pop_back();
    for (const Slot& next : agreed_successors(kind, profile, slot)) {
      if (seen.insert(next).second) {
        open.push_back(next);
      }
    }
  }
}

TEST_P(WitnessesTest, AgreeOnComputeInstances) {
  const Model& model = **find_model(GetParam());
  const emulator::Geometry geometry = emulator::pack(model).value();
  for (const emulator::ProfileKind& kind : geometry.profiles.view()) {
    expect_agreement(kind, *model.find(ProfileId{kind.id}));
  }
}

std::vector<std::string> keys() {
  std::vector<std::string> all;
  for (const Model& model : catalogue()) {
    all.push_back(model.key);
  }
  return all;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryModel, WitnessesTest, testing::ValuesIn(keys()), test_name);

}  // namespace
}  // namespace sectile
