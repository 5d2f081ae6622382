#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(FindModelTest, EveryModelIsFoundByItsKeyAndItsProductNames) {
  for (const Model& model : catalogue()) {
    EXPECT_EQ(find_model(model.key).value(), &model) << model.key;
    for (const std::string& product : model.product_names) {
      const Result<const Model*> found = find_model(product);
      ASSERT_TRUE(found) << product << ": " << found.error().message;
      EXPECT_EQ(*found, &model) << product;
    }
  }
}

TEST(FindModelTest, FindsWhatPeopleCallACard) {
  const struct {
    const char* name;
    const char* key;
  } cases[] = {
      {"a30", "a30-24gb"},
      {"A100-80GB", "a100-80gb"},
      {"a100-40gb", "a100-40gb"},
      {"a100_sxm4 80gb", "a100-80gb"},
      {"A100-SXM4-40GB", "a100-40gb"},
      {"h100-80gb-sxm5", "h100-80gb-sxm5"},
      {"h100-80gb-sxm", "h100-80gb-sxm5"},
      {"sxm5-h100-80gb", "h100-80gb-sxm5"},
      {"h100-pcie", "h100-80gb-pcie"},
      {"h100-nvl", "h100-94gb-nvl"},
      {"h200", "h200-141gb"},
      {"h20", "h20-96gb"},
      {"b200", "b200-180gb"},
      {"gh200-96gb", "h100-96gb-gh200"},
      {"gb300", "gb300-278gb"},
      {"rtx-pro-6000", "rtx-pro-6000-bw"},
      {"thor", "jetson-thor"},
  };
  for (const auto& [name, key] : cases) {
    const Result<const Model*> found = find_model(name);
    ASSERT_TRUE(found) << name << ": " << found.error().message;
    EXPECT_EQ((*found)->key, key) << name;
  }
}

TEST(FindModelTest, RefusesWordsThatSeveralModelsHaveAndNamesThem) {
  const struct {
    const char* name;
    const char* keys;
  } cases[] = {
      {"a100", "a100-40gb, a100-64gb, a100-80gb"},
      {"h100-80gb", "h100-80gb-pcie, h100-80gb-sxm5"},
      {"gh200", "gh200-144gb, h100-96gb-gh200"},
      {"RTX PRO 5000", "rtx-pro-5000-bw-48gb, rtx-pro-5000-bw-72gb"},
  };
  for (const auto& [name, keys] : cases) {
    const Result<const Model*> found = find_model(name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument) << name;
    EXPECT_EQ(found.error().message, "'" + std::string(name) + "' could be any of " + keys);
  }
}

TEST(FindModelTest, RefusesWhatNoModelHasAndNamesTheNearest) {
  const struct {
    const char* name;
    const char* nearest;
  } cases[] = {
      {"a100-81gb", "nearest are a100-80gb, "},
      {"h100-80g", "nearest are h100-80gb-pcie, h100-80gb-sxm5, "},
      {"h10", "nearest are h100-94gb-nvl, h100-"},
      {"g200-186gb", "nearest are gb200-186gb, "},
      {"v100", "nearest are a100-40gb, "},
      {"", "nearest are "},
      {"-", "nearest are "},
      {"NVIDIA", "nearest are "},
      {"h100-80gb-80", "nearest are h100-80gb-"},
  };
  for (const auto& [name, nearest] : cases) {
    const Result<const Model*> found = find_model(name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, ErrorCode::kUnavailable) << name;
    EXPECT_THAT(found.error().message, HasSubstr("'" + std::string(name) + "'"));
    EXPECT_THAT(found.error().next, StartsWith(nearest)) << name;
  }
}

TEST(FindModelTest, DoesNotRepeatAnEndlessName) {
  const Result<const Model*> found = find_model(std::string(1'000'000, 'a'));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(found.error().message, "a name of 1000000 characters is no GPU model's");
}

TEST(MatchModelTest, KnowsALiveGpu) {
  const struct {
    const char* product;
    std::uint16_t pci;
    MiB memory;
    const char* key;  // Empty: none.
  } cases[] = {
      {"NVIDIA A100-SXM4-40GB", 0x20B0, {40960}, "a100-40gb"},
      {"A100-SXM4-40GB", 0x20B0, {40536}, "a100-40gb"},
      {"NVIDIA H100 80GB HBM3", 0x2330, {81559}, "h100-80gb-sxm5"},
      {"NVIDIA H100 PCIe", 0x2331, {81559}, "h100-80gb-pcie"},
      // By name, whatever the PCI id says.
      {"NVIDIA H100 PCIe", 0x2330, {81559}, "h100-80gb-pcie"},
      // Unknown names: by PCI id, where the memory agrees.
      {"Graphics Device", 0x2330, {81559}, "h100-80gb-sxm5"},
      {"Graphics Device", 0x2330, {0}, "h100-80gb-sxm5"},
      {"Graphics Device", 0x2330, {95830}, ""},
      {"Graphics Device", 0x1234, {81559}, ""},
      {"", 0x20B5, {81920}, "a100-80gb"},
      // Two products share these ids, and one pair a name too.
      {"", 0x2BB3, {48935}, "rtx-pro-5000-bw-48gb"},
      {"", 0x2BB3, {73415}, "rtx-pro-5000-bw-72gb"},
      {"", 0x2BB3, {60000}, ""},
      {"", 0x2BB3, {0}, ""},
      {"NVIDIA GB300", 0x31C2, {284208}, "gb300-278gb"},
      {"NVIDIA GB300", 0x31C2, {257000}, "gb300-252gb-dgx-station"},
      // Unified memory says nothing.
      {"NVIDIA Thor iGPU (Jetson T5000/T4000)", 0, {125772}, "jetson-thor"},
      // Names that are not in the catalogue, of cards that are.
      {"NVIDIA Thor", 0, {125772}, "jetson-thor"},
      {"NVIDIA H100 SXM5 64GB", 0, {65247}, "h100-64gb-sxm5"},
      {"NVIDIA H100", 0, {65247}, "h100-64gb-sxm5"},
      {"Tesla V100-SXM2-16GB", 0x1DB1, {16384}, ""},
      {"", 0, {0}, ""},
      {"", 0, {40960}, ""},
  };
  for (const auto& [product, pci, memory, key] : cases) {
    const Model* const model = match_model(product, pci, memory);
    EXPECT_EQ(model == nullptr ? "" : model->key, key)
        << product << ' ' << pci << ' ' << memory.value;
  }
}

TEST(MatchModelTest, MemoryMayBeATwentiethOff) {
  EXPECT_NE(match_model("", 0x20B0, {40960 + 2048}), nullptr);
  EXPECT_EQ(match_model("", 0x20B0, {40960 + 2049}), nullptr);
  EXPECT_NE(match_model("", 0x20B0, {40960 - 2048}), nullptr);
  EXPECT_EQ(match_model("", 0x20B0, {40960 - 2049}), nullptr);
}

}  // namespace
}  // namespace sectile
