#include "sectile/text/mermaid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "src/text/drawing_samples.h"

namespace sectile {
namespace {

using samples::gpu;
using samples::mixed;

TEST(MermaidPieTest, AddsUpComputeSlicesByProfile) {
  EXPECT_EQ(mermaid_pie(std::vector{mixed()}, "mixed"),
            R"(pie title MIG Allocation (Mixed Strategy)
    "1g.10gb" : 2
    "2g.20gb" : 2
    "3g.40gb" : 3
)");
}

TEST(MermaidPieTest, StrategyIsOptionalAndCapitalised) {
  const std::vector<GpuPicture> one = {gpu("a30-24gb", {{"4g.24gb", 0}})};
  EXPECT_EQ(mermaid_pie(one), "pie title MIG Allocation\n    \"4g.24gb\" : 4\n");
  EXPECT_EQ(mermaid_pie(one, "all-balanced"),
            "pie title MIG Allocation (All-Balanced Strategy)\n    \"4g.24gb\" : 4\n");
}

TEST(MermaidPieTest, ComputeSlicesWithoutAnInstanceAreUnused) {
  EXPECT_EQ(mermaid_pie(std::vector{gpu("a100-80gb", {{"3g.40gb", 0}, {"3g.40gb", 4}})}),
            "pie title MIG Allocation\n    \"3g.40gb\" : 6\n    \"unused\" : 1\n");
  EXPECT_EQ(mermaid_pie(std::vector{gpu("a100-80gb", {})}),
            "pie title MIG Allocation\n    \"unused\" : 7\n");
}

TEST(MermaidPieTest, SeveralGpusAreOnePie) {
  const std::vector<GpuPicture> gpus = {mixed(), gpu("a30-24gb", {{"1g.6gb", 0}}), mixed()};
  EXPECT_EQ(mermaid_pie(gpus),
            R"(pie title MIG Allocation
    "1g.10gb" : 4
    "1g.6gb" : 1
    "2g.20gb" : 4
    "3g.40gb" : 6
    "unused" : 3
)");
}

TEST(MermaidBlocksTest, BlocksAreAsWideAsTheirInstances) {
  const std::vector<GpuPicture> gpus = {
      gpu("a100-80gb", {{"1g.10gb", 0}, {"2g.20gb", 2}}, {"alice", ""}), samples::divided()};
  EXPECT_EQ(mermaid_blocks(gpus), R"mermaid(block-beta
  columns 8
  gpu0title["gpu0 (a100-80gb)"]:8
  gpu0slot0["1g.10gb<br/>alice"]:1
  gpu0free1["free"]:1
  gpu0slot2["2g.20gb<br/>idle"]:2
  gpu0free4["free"]:4
  gpu1title["gpu0 (h100-80gb-sxm5)"]:8
  gpu1slot0["7g.80gb(3c 2c)"]:8
  classDef title fill:none,stroke:none
  class gpu0title,gpu1title title
  classDef free fill:none,stroke-dasharray:4
  class gpu0free1,gpu0free4 free
)mermaid");
}

TEST(MermaidBlocksTest, DifferentGridsShareTheirLeastCommonMultiple) {
  const std::vector<GpuPicture> gpus = {gpu("a100-80gb", {{"7g.80gb", 0}}),
                                        gpu("rtx-pro-6000-bw", {{"2g.48gb", 6}})};
  const std::string text = mermaid_blocks(gpus);
  for (const char* line : {"  columns 24\n", "  gpu0slot0[\"7g.80gb\"]:24\n",
                           "  gpu1free0[\"free\"]:12\n", "  gpu1slot6[\"2g.48gb\"]:12\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(mermaid_blocks({}), "block-beta\n  columns 1\n");
}

// Each hostile name may only stand inside the quotes of its label.
TEST(MermaidTest, HostileNamesCannotLeaveTheirLabels) {
  GpuPicture reference = gpu("a30-24gb", {{"4g.24gb", 0}}, {"x"});
  reference.title = "x";
  const std::string harmless = mermaid_blocks(std::vector{reference});
  for (const std::string& name : samples::hostile_names()) {
    GpuPicture picture = gpu("a30-24gb", {{"4g.24gb", 0}}, {name});
    picture.title = name;
    const std::string text = mermaid_blocks(std::vector{picture});
    EXPECT_EQ(std::ranges::count(text, '"'), std::ranges::count(harmless, '"')) << text;
    EXPECT_EQ(std::ranges::count(text, '\n'), std::ranges::count(harmless, '\n')) << text;
    for (const char* special : {"%%", "#", ";", "`", "<s", "{", "\x1b"}) {
      EXPECT_EQ(text.find(special), std::string::npos) << special << " in " << text;
    }
    const std::string pie = mermaid_pie(std::vector{picture}, name);
    EXPECT_EQ(std::ranges::count(pie, '\n'), 2) << pie;
  }
}

}  // namespace
}  // namespace sectile
