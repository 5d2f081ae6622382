#include "sectile/text/smi_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

const Model& model(std::string_view key) {
  return **find_model(key);
}

// What real GPUs printed, read in public transcripts: an H100 80GB HBM3 under an older driver.
TEST(SmiTableTest, GpuInstanceProfilesOfAnH100AreThoseOfItsTranscript) {
  EXPECT_EQ(smi_gpu_instance_profiles(model("h100-80gb-sxm5"), {.wide = false}),
            R"(+-----------------------------------------------------------------------------+
| GPU instance profiles:                                                      |
| GPU   Name             ID    Instances   Memory     P2P    SM    DEC   ENC  |
|                              Free/Total   GiB              CE    JPEG  OFA  |
|=============================================================================|
|   0  MIG 1g.10gb       19     7/7        9.75       No     16     1     0   |
|                                                             1     1     0   |
+-----------------------------------------------------------------------------+
|   0  MIG 1g.10gb+me    20     1/1        9.75       No     16     1     0   |
|                                                             1     1     1   |
+-----------------------------------------------------------------------------+
|   0  MIG 1g.20gb       15     4/4        19.62      No     26     1     0   |
|                                                             1     1     0   |
+-----------------------------------------------------------------------------+
|   0  MIG 2g.20gb       14     3/3        19.62      No     32     2     0   |
|                                                             2     2     0   |
+-----------------------------------------------------------------------------+
|   0  MIG 3g.40gb        9     2/2        39.50      No     60     3     0   |
|                                                             3     3     0   |
+-----------------------------------------------------------------------------+
|   0  MIG 4g.40gb        5     1/1        39.50      No     64     4     0   |
|                                                             4     4     0   |
+-----------------------------------------------------------------------------+
|   0  MIG 7g.80gb        0     1/1        79.25      No     132    7     0   |
|                                                             8     7     1   |
+-----------------------------------------------------------------------------+
)");
  EXPECT_EQ(smi_gpu_instance_placements(model("h100-80gb-sxm5")),
            R"(GPU  0 Profile ID 19 Placements: {0,1,2,3,4,5,6}:1
GPU  0 Profile ID 20 Placements: {0,1,2,3,4,5,6}:1
GPU  0 Profile ID 15 Placements: {0,2,4,6}:2
GPU  0 Profile ID 14 Placements: {0,2,4}:2
GPU  0 Profile ID  9 Placements: {0,4}:4
GPU  0 Profile ID  5 Placement : {0}:4
GPU  0 Profile ID  0 Placement : {0}:8
)");
}

// Likewise an RTX PRO 6000 Blackwell Server Edition under driver 580.
TEST(SmiTableTest, GpuInstanceProfilesOfAnRtxProAreThoseOfItsTranscript) {
  EXPECT_EQ(smi_gpu_instance_profiles(model("rtx-pro-6000-bw")),
            R"(+-------------------------------------------------------------------------------+
| GPU instance profiles:                                                        |
| GPU   Name               ID    Instances   Memory     P2P    SM    DEC   ENC  |
|                                Free/Total   GiB              CE    JPEG  OFA  |
|===============================================================================|
|   0  MIG 1g.24gb         14     4/4        23.62      No     46     1     1   |
|                                                               1     1     0   |
+-------------------------------------------------------------------------------+
|   0  MIG 1g.24gb+me      21     1/1        23.62      No     46     1     1   |
|                                                               1     1     1   |
+-------------------------------------------------------------------------------+
|   0  MIG 1g.24gb+gfx     47     4/4        23.62      No     46     1     1   |
|                                                               1     1     0   |
+-------------------------------------------------------------------------------+
|   0  MIG 1g.24gb+me.all  65     1/1        23.62      No     46     4     4   |
|                                                               1     4     1   |
+-------------------------------------------------------------------------------+
|   0  MIG 1g.24gb-me      67     4/4        23.62      No     46     0     0   |
|                                                               1     0     0   |
+-------------------------------------------------------------------------------+
|   0  MIG 2g.48gb          5     2/2        47.38      No     94     2     2   |
|                                                               2     2     0   |
+-------------------------------------------------------------------------------+
|   0  MIG 2g.48gb+gfx     35     2/2        47.38      No     94     2     2   |
|                                                               2     2     0   |
+-------------------------------------------------------------------------------+
|   0  MIG 2g.48gb+me.all  64     1/1        47.38      No     94     4     4   |
|                                                               2     4     1   |
+-------------------------------------------------------------------------------+
|   0  MIG 2g.48gb-me      66     2/2        47.38      No     94     0     0   |
|                                                               2     0     0   |
+-------------------------------------------------------------------------------+
|   0  MIG 4g.96gb          0     1/1        95.12      No     188    4     4   |
|                                                               4     4     1   |
+-------------------------------------------------------------------------------+
|   0  MIG 4g.96gb+gfx     32     1/1        95.12      No     188    4     4   |
|                                                               4     4     1   |
+-------------------------------------------------------------------------------+
)");
  EXPECT_EQ(smi_gpu_instance_placements(model("rtx-pro-6000-bw")),
            R"(GPU  0 Profile ID 14 Placements: {0,3,6,9}:3
GPU  0 Profile ID 21 Placements: {0,3,6,9}:3
GPU  0 Profile ID 47 Placements: {0,3,6,9}:3
GPU  0 Profile ID 65 Placements: {0,3,6,9}:3
GPU  0 Profile ID 67 Placements: {0,3,6,9}:3
GPU  0 Profile ID  5 Placements: {0,6}:6
GPU  0 Profile ID 35 Placements: {0,6}:6
GPU  0 Profile ID 64 Placements: {0,6}:6
GPU  0 Profile ID 66 Placements: {0,6}:6
GPU  0 Profile ID  0 Placement : {0}:12
GPU  0 Profile ID 32 Placement : {0}:12
)");
}

// Likewise a 3g.20gb instance with id 2 on an A100 40GB.
TEST(SmiTableTest, ComputeInstanceProfilesOfAnA100AreThoseOfItsTranscript) {
  EXPECT_EQ(
      smi_compute_instance_profiles(*model("a100-40gb").find_by_name("3g.20gb"), 2),
      R"(+--------------------------------------------------------------------------------------+
| Compute instance profiles:                                                           |
| GPU     GPU       Name             Profile  Instances   Exclusive       Shared       |
|       Instance                       ID     Free/Total     SM       DEC   ENC   OFA  |
|         ID                                                          CE    JPEG       |
|======================================================================================|
|   0      2       MIG 1c.3g.20gb       0      3/3           14        2     0     0   |
|                                                                      3     0         |
+--------------------------------------------------------------------------------------+
|   0      2       MIG 2c.3g.20gb       1      1/1           28        2     0     0   |
|                                                                      3     0         |
+--------------------------------------------------------------------------------------+
|   0      2       MIG 3g.20gb          2*     1/1           42        2     0     0   |
|                                                                      3     0         |
+--------------------------------------------------------------------------------------+
)");
}

TEST(SmiTableTest, GpuIndexAndInstanceAreThoseAskedFor) {
  const Model& a30 = model("a30-24gb");
  EXPECT_NE(smi_gpu_instance_profiles(a30, {.gpu = 12}).find("|  12  MIG 1g.6gb "),
            std::string::npos);
  EXPECT_NE(smi_gpu_instance_placements(a30, {.gpu = 12}).find("GPU 12 Profile ID 14 "),
            std::string::npos);
  EXPECT_NE(smi_compute_instance_profiles(a30.whole(), 11, {.gpu = 12})
                .find("|  12     11       MIG 4g.24gb "),
            std::string::npos);
}

// A compute instance bears the name of its GPU instance without "+me".
TEST(SmiTableTest, ComputeInstanceNamesHaveNoAttribute) {
  const Model& a100 = model("a100-80gb");
  const std::string text = smi_compute_instance_profiles(*a100.find_by_name("1g.10gb+me"), 7);
  EXPECT_NE(text.find(" MIG 1g.10gb          0* "), std::string::npos) << text;
}

std::set<std::size_t> line_lengths(std::string_view table) {
  std::set<std::size_t> lengths;
  for (std::size_t start = 0; start < table.size();) {
    const std::size_t end = table.find('\n', start);
    lengths.insert(end - start);
    start = end + 1;
  }
  return lengths;
}

TEST(SmiTableTest, EveryTableOfEveryModelHasLinesOfOneLength) {
  for (const Model& each : catalogue()) {
    std::vector<std::string> tables = {smi_gpu_instance_profiles(each)};
    for (const Profile& profile : each.profiles) {
      tables.push_back(smi_compute_instance_profiles(profile, 0));
    }
    for (const std::string& table : tables) {
      EXPECT_EQ(line_lengths(table).size(), 1U) << table;
    }
  }
}

}  // namespace
}  // namespace sectile
