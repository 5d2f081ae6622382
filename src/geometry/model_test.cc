#include "sectile/geometry/model.h"

#include <gtest/gtest.h>

#include <utility>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

const Model& model(std::string_view key) {
  return *find_model(key).value();
}

TEST(ModelTest, FindsAProfileByIdNameAndNvmlIndex) {
  const Model& a100 = model("a100-80gb");
  EXPECT_EQ(a100.find({9})->name, "3g.40gb");
  EXPECT_EQ(a100.find_by_name("3g.40gb")->id, ProfileId{9});
  EXPECT_EQ(a100.find_by_nvml_index(2)->id, ProfileId{9});
  EXPECT_EQ(a100.find({47}), nullptr);
  EXPECT_EQ(a100.find_by_name("3g.20gb"), nullptr);
  EXPECT_EQ(a100.find_by_name(""), nullptr);
  EXPECT_EQ(a100.find_by_nvml_index(5), nullptr);
}

TEST(ModelTest, FindsAProfileByTheNameOfAnotherDriver) {
  EXPECT_EQ(model("a100-80gb").find_by_name("3g.39gb")->id, ProfileId{9});
  EXPECT_EQ(model("a100-80gb").find_by_name("7g.79gb")->id, ProfileId{0});
  EXPECT_EQ(model("gb200-186gb").find_by_name("1g.24gb+me")->id, ProfileId{20});
}

TEST(ModelTest, OneNameIsAnotherProfileOnAnotherModel) {
  EXPECT_EQ(model("a100-40gb").find_by_name("1g.10gb")->id, ProfileId{15});
  EXPECT_EQ(model("a100-80gb").find_by_name("1g.10gb")->id, ProfileId{19});
}

TEST(ModelTest, WholeIsTheComputeProfileOfAllSlices) {
  for (const Model& each : catalogue()) {
    EXPECT_EQ(each.whole().id, ProfileId{0}) << each.key;
    EXPECT_EQ(each.whole().at(0), (Placement{.start = 0, .size = each.memory_slices}));
    EXPECT_EQ(each.whole().compute_slices, each.compute_slices) << each.key;
    EXPECT_FALSE(each.whole().graphics) << each.key;
  }
}

TEST(ModelTest, WholeIsNotTheGraphicsTwin) {
  Model other = model("rtx-pro-6000-bw");
  std::swap(other.profiles[0], other.profiles[1]);
  EXPECT_TRUE(other.profiles[0].graphics);
  EXPECT_EQ(other.whole().name, "4g.96gb");
}

TEST(ModelTest, ProvenanceOfAFieldCoversItsPartsAndWhatItIsPartOf) {
  Model noted;
  noted.provenance = {{"profiles[9].engines", Provenance::kDerived, ""},
                      {"profiles[9].engines.jpeg", Provenance::kUnsure, ""},
                      {"profiles[19].sm_count", Provenance::kUnsure, ""}};
  const struct {
    const char* field;
    Provenance expected;
  } cases[] = {
      {"profiles[9].engines.copy", Provenance::kDerived},
      {"profiles[9].engines.jpeg", Provenance::kUnsure},
      {"profiles[9].engines", Provenance::kUnsure},
      {"profiles[9]", Provenance::kUnsure},
      {"profiles[9].sm_count", Provenance::kRead},
      {"profiles[1]", Provenance::kRead},
      {"profiles[19].sm", Provenance::kRead},
      {"profiles[19].sm_counts", Provenance::kRead},
      {"profiles", Provenance::kUnsure},
      {"", Provenance::kUnsure},
      {"memory_mib", Provenance::kRead},
  };
  for (const auto& [field, expected] : cases) {
    EXPECT_EQ(noted.provenance_of(field), expected) << field;
  }
}

TEST(ModelTest, EnumeratorsHaveNames) {
  EXPECT_EQ(to_string(Architecture::kUnknown), "unknown");
  EXPECT_EQ(to_string(Architecture::kAmpere), "Ampere");
  EXPECT_EQ(to_string(Architecture::kHopper), "Hopper");
  EXPECT_EQ(to_string(Architecture::kBlackwell), "Blackwell");
  EXPECT_EQ(to_string(Provenance::kRead), "read");
  EXPECT_EQ(to_string(Provenance::kDerived), "derived");
  EXPECT_EQ(to_string(Provenance::kUnsure), "unsure");
}

}  // namespace
}  // namespace sectile
