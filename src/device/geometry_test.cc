#include "src/device/geometry.h"

#include <gtest/gtest.h>

#include "sectile/geometry/enumerate.h"
#include "src/device/compute_profiles.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

std::vector<std::string> catalogue_keys() {
  std::vector<std::string> keys;
  for (const Model& model : catalogue()) {
    keys.push_back(model.key);
  }
  return keys;
}

// Without what is only in the catalogue, or only from the driver.
std::vector<Profile> figures(const Model& model) {
  std::vector<Profile> profiles = model.profiles;
  for (Profile& profile : profiles) {
    profile.aliases.clear();
  }
  return profiles;
}

TEST(GeometryTest, EveryModelReadsBackAsTheCatalogueHasIt) {
  for (const std::string& key : catalogue_keys()) {
    FakeNvml fake;
    fake.add(key);
    const Result<Snapshot> snapshot = fake.node().read();
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    const Model& read = snapshot->models.at(0);
    const Model& known = *find_model(key).value();
    EXPECT_EQ(read.memory_slices, known.memory_slices) << key;
    EXPECT_EQ(read.compute_slices, known.compute_slices) << key;
    EXPECT_EQ(figures(read), figures(known)) << key;
  }
}

// The driver alone must do for a model that nobody has described yet.
TEST(GeometryTest, AModelThatTheCatalogueDoesNotKnowWorks) {
  for (const std::string& key : catalogue_keys()) {
    FakeNvml fake;
    FakeNvml::Gpu& gpu = fake.add(key);
    const Model known = gpu.model;
    gpu.name = "NVIDIA X1";
    gpu.model.pci_devices = {0xFFFE};
    const Result<Snapshot> snapshot = fake.node().read();
    ASSERT_TRUE(snapshot) << key << ": " << snapshot.error().message;
    const Model& read = snapshot->models.at(0);
    EXPECT_EQ(read.key, "nvml-fffe");
    EXPECT_EQ(snapshot->warnings.size(), 1U);
    ASSERT_EQ(read.profiles.size(), known.profiles.size()) << key;
    for (std::size_t i = 0; i < known.profiles.size(); ++i) {
      EXPECT_EQ(read.profiles[i].id, known.profiles[i].id);
      EXPECT_EQ(read.profiles[i].starts, known.profiles[i].starts);
      EXPECT_EQ(read.profiles[i].memory, known.profiles[i].memory);
      EXPECT_EQ(read.profiles[i].media, known.profiles[i].media) << key;
      EXPECT_EQ(read.profiles[i].graphics, known.profiles[i].graphics) << key;
    }
  }
}

TEST(GeometryTest, AnUnknownModelHasTheUsualLayouts) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("a100-40gb");
  gpu.name = "NVIDIA X1";
  gpu.model.pci_devices = {0xFFFE};
  const Model read = fake.node().read()->models.at(0);
  const auto plain = [](const Profile& profile) {
    return profile.media == Media::kPlain && !profile.double_memory();
  };
  EXPECT_EQ(all_layouts(read, plain).size(), 298U);
}

TEST(GeometryTest, ComputeProfilesOfALiveInstanceComeFromTheDriver) {
  const Model& h100 = *find_model("h100-80gb-sxm5").value();
  const Profile& quarter = *h100.find_by_name("2g.20gb");
  FakeNvml fake;
  FakeNvml::Gpu& gpu =
      fake.add("h100-80gb-sxm5", Layout().with_unchecked(Slot::bare(quarter, 0)).value());
  gpu.name = "NVIDIA X1";
  gpu.model.pci_devices = {0xFFFE};
  const Snapshot snapshot = fake.node().read().value();
  const Profile& read = *snapshot.models.at(0).find(quarter.id);
  EXPECT_EQ(read.compute_profiles, quarter.compute_profiles);  // With Hopper's id 7.
}

TEST(GeometryTest, AMisreportedCountIsCorrected) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("a30-24gb");
  for (Profile& profile : gpu.model.profiles) {
    profile.max_count += 3;
  }
  const Model read = fake.node().read()->models.at(0);
  for (const Profile& profile : find_model("a30-24gb").value()->profiles) {
    EXPECT_EQ(read.find(profile.id)->max_count, profile.max_count);
  }
}

TEST(GeometryTest, TheDriversNameWinsAndTheOldOneStaysAnAlias) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("a100-80gb");
  Profile& half = gpu.model.profiles[2];
  ASSERT_EQ(half.name, "3g.40gb");
  half.name = "3g.39gb";
  const Model read = fake.node().read()->models.at(0);
  EXPECT_EQ(read.find(half.id)->name, "3g.39gb");
  ASSERT_NE(read.find_by_name("3g.40gb"), nullptr);
  EXPECT_EQ(read.find_by_name("3g.40gb")->id, half.id);
}

TEST(GeometryTest, UsualComputeProfilesAreThoseOfA100) {
  const Model& a100 = *find_model("a100-40gb").value();
  for (const Profile& profile : a100.profiles) {
    Profile bare = profile;
    bare.compute_profiles = usual_compute_profiles(bare);
    ASSERT_EQ(bare.compute_profiles.size(), profile.compute_profiles.size()) << profile.name;
    for (std::size_t i = 0; i < profile.compute_profiles.size(); ++i) {
      EXPECT_EQ(bare.compute_profiles[i].id, profile.compute_profiles[i].id);
      EXPECT_EQ(bare.compute_profiles[i].placements, profile.compute_profiles[i].placements);
      EXPECT_EQ(bare.compute_profiles[i].max_count, profile.compute_profiles[i].max_count);
      EXPECT_EQ(bare.compute_profiles[i].fills, profile.compute_profiles[i].fills);
    }
  }
}

}  // namespace
}  // namespace sectile
