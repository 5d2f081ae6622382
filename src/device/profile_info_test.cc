#include "src/device/profile_info.h"

#include <gtest/gtest.h>

#include <cstring>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

struct NameCase {
  int slices;
  std::int64_t memory;
  std::int64_t whole;
  const char* name;
};

TEST(ProfileInfoTest, NamesFollowNvidiasRule) {
  for (const NameCase& one : {NameCase{1, 4864, 40960, "1g.5gb"},
                              {3, 19968, 40960, "3g.20gb"},
                              {7, 40192, 40960, "7g.40gb"},
                              {3, 40192, 81920, "3g.40gb"},
                              {1, 11008, 95830, "1g.12gb"},
                              {3, 47488, 95830, "3g.47gb"},
                              {1, 22528, 183359, "1g.23gb"},
                              {2, 45312, 183359, "2g.45gb"},
                              {1, 24192, 97887, "1g.24gb"},
                              {4, 24000, 24576, "4g.24gb"},
                              {1, 0, 0, "1g.0gb"},
                              {3, 40192, 0, "3g.39gb"}}) {
    EXPECT_EQ(profile_name(one.slices, {one.memory}, {one.whole}, ""), one.name);
  }
  EXPECT_EQ(profile_name(1, {4864}, {40960}, "+me"), "1g.5gb+me");
}

TEST(ProfileInfoTest, WhatIsNoNameIsNotTakenForOne) {
  ProfileInfo info{};
  info.sliceCount = 1;
  const auto named = [&](const char* name) {
    std::strncpy(info.name, name, sizeof info.name);
    return driver_name(info);
  };
  EXPECT_EQ(named("MIG 1g.5gb+me"), "1g.5gb+me");
  EXPECT_EQ(named("1g.24gb+me.all"), "1g.24gb+me.all");
  for (const char* wrong : {"", "MIG ", "2g.10gb", "1g.5gb\x1b[31m", "1g.5gb 1g", "NVIDIA A100"}) {
    EXPECT_EQ(named(wrong), "") << wrong;
  }
  std::memset(info.name, '1', sizeof info.name);
  EXPECT_EQ(driver_name(info), "");
}

TEST(ProfileInfoTest, SuffixesAgreeWithTheCatalogue) {
  for (const Model& model : catalogue()) {
    for (const Profile& profile : model.profiles) {
      const Suffix suffix = suffix_of(static_cast<unsigned>(profile.nvml_index));
      EXPECT_EQ(suffix.media, profile.media) << model.key << " " << profile.name;
      EXPECT_EQ(suffix.graphics, profile.graphics) << model.key << " " << profile.name;
      EXPECT_TRUE(profile.name.ends_with(suffix.text)) << model.key << " " << profile.name;
    }
  }
}

}  // namespace
}  // namespace sectile
