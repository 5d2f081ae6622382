// still_fits() of draw.h, against sets worked out by hand and by enumeration.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "src/text/drawing_samples.h"

namespace sectile {
namespace {

using samples::gpu;
using samples::Placed;

std::string fits_beside(std::string_view key, std::initializer_list<Placed> instances,
                        int sets_max = 100) {
  const GpuPicture picture = gpu(key, instances);
  return still_fits(*picture.model, picture.layout, sets_max);
}

TEST(StillFitsTest, SaysWhatFitsLargestFirst) {
  EXPECT_EQ(fits_beside("a100-80gb", {{"3g.40gb", 4}}),
            "1x 4g.40gb or 1x 3g.40gb or 2x 2g.20gb or 1x 2g.20gb + 2x 1g.10gb or 4x 1g.10gb");
  EXPECT_EQ(fits_beside("a100-80gb", {{"4g.40gb", 0}, {"2g.20gb", 4}}), "1x 1g.10gb");
  EXPECT_EQ(fits_beside("a100-80gb", {{"7g.80gb", 0}}), "nothing");
  EXPECT_EQ(fits_beside("a30-24gb", {{"1g.6gb", 1}}), "1x 2g.12gb + 1x 1g.6gb or 3x 1g.6gb");
}

// The last memory slice of an A100 is of no use alone: no 1g starts at 7.
TEST(StillFitsTest, FreeSliceThatNoProfileCanStartAtIsNothing) {
  EXPECT_EQ(fits_beside("a100-80gb", {{"4g.40gb", 0}, {"2g.20gb", 4}, {"1g.10gb", 6}}), "nothing");
}

TEST(StillFitsTest, VariantsAreNamedOnlyWherePlainProfilesDoNotFit) {
  EXPECT_EQ(fits_beside("rtx-pro-6000-bw", {{"1g.24gb+me.all", 0}, {"2g.48gb-me", 6}}),
            "1x 1g.24gb-me");
}

TEST(StillFitsTest, LongListsAreCut) {
  EXPECT_EQ(fits_beside("a100-80gb", {{"3g.40gb", 4}}, 1), "1x 4g.40gb or 4 more sets");
  EXPECT_EQ(fits_beside("a100-80gb", {{"3g.40gb", 4}}, 4),
            "1x 4g.40gb or 1x 3g.40gb or 2x 2g.20gb or 1x 2g.20gb + 2x 1g.10gb or 1 more set");
  EXPECT_EQ(fits_beside("a100-80gb", {{"3g.40gb", 4}}, 0), "1x 4g.40gb or 4 more sets");
}

// On an empty A100 they are the 12 multisets that no other contains.
TEST(StillFitsTest, EmptyGpuHasTheUndominatedMultisets) {
  const Model& model = **find_model("a100-80gb");
  const std::string sets = still_fits(model, {}, 100);
  std::size_t alternatives = 1;
  for (std::size_t at = sets.find(" or "); at != std::string::npos;
       at = sets.find(" or ", at + 1)) {
    alternatives += 1;
  }
  EXPECT_EQ(alternatives, 12U) << sets;
}

bool is_full(const Model& model, const Layout& layout) {
  return std::ranges::all_of(model.profiles, [&](const Profile& profile) {
    return free_starts(model, layout, profile).empty();
  });
}

// "nothing" exactly where no profile has a free start, on every layout.
TEST(StillFitsTest, NothingMeansNoProfileHasAFreeStart) {
  for (const char* key : {"a30-24gb", "rtx-pro-6000-bw", "jetson-thor"}) {
    const Model& model = **find_model(key);
    for (const Layout& layout : all_layouts(model)) {
      EXPECT_EQ(still_fits(model, layout) == "nothing", is_full(model, layout))
          << layout.diagram(12);
    }
  }
}

// A model that a user wrote may have more layouts than anybody can look at.
TEST(StillFitsTest, HugeModelsTakeNoForever) {
  Model model = **find_model("rtx-pro-6000-bw");
  model.profiles = {model.whole()};
  for (unsigned id = 0; id < 12; ++id) {
    Profile profile = (*find_model("rtx-pro-6000-bw"))->profiles.back();
    profile.id = {.value = 100 + id};
    profile.name = "1g.8gb" + std::to_string(id);
    profile.memory_slices = 1;
    profile.media = Media::kPlain;
    profile.starts = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    profile.max_count = 12;
    profile.engines = {};
    model.profiles.push_back(profile);
  }
  model.max_instances = 8;
  EXPECT_NE(still_fits(model, {}), "nothing");
}

}  // namespace
}  // namespace sectile
