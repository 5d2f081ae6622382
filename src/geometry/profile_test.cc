#include "sectile/geometry/profile.h"

#include <gtest/gtest.h>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

const Profile& profile(std::string_view model, std::uint32_t id) {
  return *find_model(model).value()->find({id});
}

TEST(ProfileTest, FullComputeTakesAllSlicesInEveryProfileOfTheCatalogue) {
  for (const Model& model : catalogue()) {
    for (const Profile& profile : model.profiles) {
      const ComputeProfile& full = profile.full_compute();
      EXPECT_EQ(full.compute_slices, profile.compute_slices) << model.key << profile.name;
      EXPECT_EQ(full.sm_count, profile.sm_count) << model.key << profile.name;
      EXPECT_EQ(full.name, profile.name) << model.key;
      EXPECT_EQ(full.max_count, 1) << model.key << profile.name;
      EXPECT_EQ(full.placements, (std::vector<Placement>{{0, profile.compute_slices}}));
    }
  }
}

// Two CI profiles of an H100's 1g.20gb have one slice; the one with all 26 SMs has id 7.
TEST(ProfileTest, FullComputeIsNotTheFirstOfAsManySlices) {
  EXPECT_EQ(profile("h100-80gb-sxm5", 15).full_compute().id, ComputeProfileId{7});
  EXPECT_EQ(profile("h100-80gb-sxm5", 19).full_compute().id, ComputeProfileId{0});
  EXPECT_EQ(profile("a100-80gb", 15).full_compute().id, ComputeProfileId{0});
}

TEST(ProfileTest, FindComputeFindsById) {
  const Profile& two = profile("h100-80gb-sxm5", 14);
  EXPECT_EQ(two.find_compute({0})->max_count, 2);
  EXPECT_EQ(two.find_compute({7})->sm_count, 26);
  EXPECT_EQ(two.find_compute({1})->name, "2g.20gb");
  EXPECT_EQ(two.find_compute({2}), nullptr);
}

TEST(ProfileTest, DoubleMemoryIsTheSecondRevisionOf1g) {
  EXPECT_TRUE(profile("a100-40gb", 15).double_memory());
  EXPECT_FALSE(profile("a100-40gb", 19).double_memory());
  EXPECT_FALSE(profile("a100-80gb", 19).double_memory()) << "though it is called 1g.10gb as well";
}

TEST(ProfileTest, AtIsAPlacementOfItsMemorySlices) {
  EXPECT_EQ(profile("a100-40gb", 9).at(4), (Placement{.start = 4, .size = 4}));
}

}  // namespace
}  // namespace sectile
