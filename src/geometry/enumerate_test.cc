#include "sectile/geometry/enumerate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

const Model& model(std::string_view key) {
  return **find_model(key);
}

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics && !profile.double_memory();
}
bool plain_or_double(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics;
}

std::vector<std::string> seven_slice_keys() {
  std::vector<std::string> keys;
  for (const Model& each : catalogue()) {
    if (each.memory_slices == 8) {
      keys.push_back(each.key);
    }
  }
  return keys;
}

// Source of the counts: enumeration of NVIDIA's placement tables, done independently.
TEST(EnumerateTest, SevenSliceGpusHave298PlainLayouts) {
  for (const std::string& key : seven_slice_keys()) {
    EXPECT_EQ(all_layouts(model(key), plain).size(), 298U) << key;
    EXPECT_EQ(maximal_layouts(model(key), plain).size(), 19U) << key;
    EXPECT_EQ(maximal_multisets(model(key), plain).size(), 14U) << key;
    EXPECT_EQ(undominated_multisets(model(key), plain).size(), 12U) << key;
  }
}

TEST(EnumerateTest, SevenSliceGpusHave723LayoutsWithDoubleMemory) {
  for (const char* key : {"a100-80gb", "h100-80gb-sxm5", "b300-269gb"}) {
    EXPECT_EQ(all_layouts(model(key), plain_or_double).size(), 723U) << key;
    EXPECT_EQ(maximal_layouts(model(key), plain_or_double).size(), 78U) << key;
    EXPECT_EQ(maximal_multisets(model(key), plain_or_double).size(), 38U) << key;
    EXPECT_EQ(undominated_multisets(model(key), plain_or_double).size(), 28U) << key;
  }
}

TEST(EnumerateTest, MediaExtensionsMakeIt2319) {
  EXPECT_EQ(all_layouts(model("a100-80gb")).size(), 2319U);
  EXPECT_EQ(all_layouts(model("h100-80gb-sxm5")).size(), 2319U);
}

TEST(EnumerateTest, FourSliceGpusHave26) {
  EXPECT_EQ(all_layouts(model("a30"), plain).size(), 26U);
  EXPECT_EQ(maximal_layouts(model("a30"), plain).size(), 5U);
  EXPECT_EQ(maximal_multisets(model("a30"), plain).size(), 4U);
  EXPECT_EQ(all_layouts(model("rtx-pro-6000-bw"), plain).size(), 26U);
}

// NVIDIA's A100 figure from left to right in compute slices. The 19th row of the transcription that
// circulates, 1|1|1|1|1|2, has no legal start for its 2g and is left out.
TEST(EnumerateTest, HoldsThe18RowsOfNvidiasFigureThatExist) {
  std::set<std::string> rows;
  for (const Layout& layout : maximal_layouts(model("a100-40gb"), plain)) {
    std::string row;
    for (const Slot& slot : layout.slots()) {
      row += (row.empty() ? "" : "|") +
             std::to_string(model("a100-40gb").find(slot.profile())->compute_slices);
    }
    rows.insert(row);
  }
  for (const char* row : {"7", "4|3", "4|2|1", "4|1|1|1", "3|3", "3|2|1", "3|1|1|1", "2|2|3",
                          "2|1|1|3", "1|1|2|3", "1|1|1|1|3", "2|2|2|1", "2|1|1|2|1", "1|1|2|2|1",
                          "2|1|1|1|1|1", "1|1|2|1|1|1", "1|1|1|1|2|1", "1|1|1|1|1|1|1"}) {
    EXPECT_TRUE(rows.contains(row)) << row;
  }
  EXPECT_EQ(rows.size(), 19U);
  EXPECT_TRUE(rows.contains("2|2|1|1|1"));
  EXPECT_FALSE(rows.contains("1|1|1|1|1|2"));
}

TEST(EnumerateTest, EveryLayoutOfEveryModelIsLegalAndListedOnce) {
  for (const Model& each : catalogue()) {
    const std::vector<Layout> layouts = all_layouts(each, plain_or_double);
    EXPECT_TRUE(std::ranges::is_sorted(layouts)) << each.key;
    EXPECT_EQ(std::ranges::adjacent_find(layouts), layouts.end()) << each.key;
    for (const Layout& layout : layouts) {
      ASSERT_TRUE(check(each, layout)) << each.key << " " << layout.diagram(each.memory_slices);
    }
  }
}

// Empty; six profiles alone (not 1g+me); 2g+gfx beside 1g or 1g+me; 2g beside 1g+gfx.
TEST(EnumerateTest, ThorHasTenLayouts) {
  EXPECT_EQ(all_layouts(model("jetson-thor")).size(), 10U);
}

}  // namespace
}  // namespace sectile
