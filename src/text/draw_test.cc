#include "sectile/text/draw.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "sectile/geometry/enumerate.h"
#include "src/text/drawing_samples.h"
#include "src/text/glyphs.h"

namespace sectile {
namespace {

using samples::divided;
using samples::gpu;
using samples::mixed;

std::string draw_one(const GpuPicture& picture, const TextStyle& style = {}) {
  return draw_text(std::vector{picture}, style);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

TEST(DrawTextTest, MixedLayoutShowsRulerOwnersAndMiB) {
  EXPECT_EQ(draw_one(mixed()),
            R"(gpu0                                                                   a100-80gb
memory     0        1        2        3        4        5        6        7
       ┌────────┬────────┬─────────────────┬───────────────────────────────────┐
       │1g.10gb │1g.10gb │     2g.20gb     │              3g.40gb              │
MiB    │  9728  │  9728  │      19968      │               40192               │
owner  │ alice  │  idle  │       bob       │     pid 4711 python train.py      │
       └────────┴────────┴─────────────────┴───────────────────────────────────┘
       compute slices  7 of 7 used
       memory slices   8 of 8 used
       still fits      nothing
)");
}

TEST(DrawTextTest, EmptyGpuSaysWhatFits) {
  EXPECT_EQ(draw_one(gpu("a100-80gb", {})),
            R"(gpu0                                                                   a100-80gb
memory     0        1        2        3        4        5        6        7
       ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
       ┊                                 free                                  ┊
       └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
       compute slices  0 of 7 used, 7 idle
       memory slices   0 of 8 used, free: 0-7
       still fits      1x 7g.80gb or 1x 4g.40gb + 1x 3g.40gb
                       or 1x 4g.40gb + 1x 2g.20gb + 1x 1g.10gb or 9 more sets
)");
}

TEST(DrawTextTest, SmallestInstancesKeepTheirNames) {
  EXPECT_EQ(draw_one(gpu("h100-80gb-sxm5",
                         {{"1g.10gb", 0},
                          {"1g.10gb+me", 1},
                          {"1g.10gb", 2},
                          {"1g.10gb", 3},
                          {"1g.10gb", 4},
                          {"1g.10gb", 5},
                          {"1g.10gb", 6}},
                         {"a", "b", "", "d", "elisabeth", "f", "g"})),
            R"(gpu0                                                              h100-80gb-sxm5
memory     0        1        2        3        4        5        6        7
       ┌────────┬────────┬────────┬────────┬────────┬────────┬────────┬┄┄┄┄┄┄┄┄┐
       │1g.10gb │ 1g+me  │1g.10gb │1g.10gb │1g.10gb │1g.10gb │1g.10gb │        ┊
MiB    │  9984  │  9984  │  9984  │  9984  │  9984  │  9984  │  9984  │  free  ┊
owner  │   a    │   b    │  idle  │   d    │elisabe…│   f    │   g    │        ┊
       └────────┴────────┴────────┴────────┴────────┴────────┴────────┴┄┄┄┄┄┄┄┄┘
       compute slices  7 of 7 used
       memory slices   7 of 8 used, free: 7
       still fits      nothing
       1g.10gb+me at memory slice 1, 1 compute slice, 9984 MiB, b
       1g.10gb at memory slice 4, 1 compute slice, 9984 MiB, elisabeth
)");
}

TEST(DrawTextTest, FreeRunsAreDashed) {
  EXPECT_EQ(draw_one(gpu("a100-80gb", {{"1g.10gb", 1}, {"3g.40gb", 4}})),
            R"(gpu0                                                                   a100-80gb
memory     0        1        2        3        4        5        6        7
       ┌┄┄┄┄┄┄┄┄┬────────┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬───────────────────────────────────┐
       ┊  free  │1g.10gb │      free       │              3g.40gb              │
MiB    ┊        │  9728  │                 │               40192               │
       └┄┄┄┄┄┄┄┄┴────────┴┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┴───────────────────────────────────┘
       compute slices  4 of 7 used, 3 idle
       memory slices   5 of 8 used, free: 0, 2-3
       still fits      1x 2g.20gb + 1x 1g.10gb or 3x 1g.10gb
)");
}

TEST(DrawTextTest, FourSlices) {
  EXPECT_EQ(draw_one(gpu("a30-24gb", {{"1g.6gb", 0}, {"2g.12gb", 2}})),
            R"(gpu0                                                                    a30-24gb
memory          0                 1                 2                 3
       ┌─────────────────┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬───────────────────────────────────┐
       │     1g.6gb      │      free       │              2g.12gb              │
MiB    │      5952       │                 │               11968               │
       └─────────────────┴┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┴───────────────────────────────────┘
       compute slices  3 of 4 used, 1 idle
       memory slices   3 of 4 used, free: 1
       still fits      1x 1g.6gb
)");
}

TEST(DrawTextTest, TwelveSlices) {
  EXPECT_EQ(draw_one(gpu("rtx-pro-6000-bw",
                         {{"1g.24gb+me.all", 0}, {"1g.24gb-me", 3}, {"2g.48gb-me", 6}})),
            R"(gpu0                                                             rtx-pro-6000-bw
memory    0     1     2     3     4     5     6     7     8     9    10    11
       ┌─────────────────┬─────────────────┬───────────────────────────────────┐
       │ 1g.24gb+me.all  │   1g.24gb-me    │            2g.48gb-me             │
MiB    │      24192      │      24192      │               48512               │
       └─────────────────┴─────────────────┴───────────────────────────────────┘
       compute slices  4 of 4 used
       memory slices   12 of 12 used
       still fits      nothing
)");
}

TEST(DrawTextTest, ThreeSlicesOfUnifiedMemory) {
  EXPECT_EQ(draw_one(gpu("jetson-thor", {{"2g.0gb+gfx", 0}})),
            R"(gpu0                                                                 jetson-thor
memory             0                       1                       2
       ┌───────────────────────────────────────────────┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
       │                  2g.0gb+gfx                   │         free          ┊
MiB    │                    unified                    │                       ┊
       └───────────────────────────────────────────────┴┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
       compute slices  2 of 3 used, 1 idle
       memory slices   2 of 3 used, free: 2
       still fits      1x 1g.0gb
)");
}

TEST(DrawTextTest, ComputeInstancesStandInBrackets) {
  EXPECT_EQ(draw_one(divided()),
            R"(gpu0                                                              h100-80gb-sxm5
memory     0        1        2        3        4        5        6        7
       ┌───────────────────────────────────────────────────────────────────────┐
       │                                7g.80gb                                │
MiB    │                                 81152                                 │
CIs    │                                [3c 2c]                                │
       └───────────────────────────────────────────────────────────────────────┘
       compute slices  7 of 7 used, 2 without a compute instance
       memory slices   8 of 8 used
       still fits      nothing
)");
}

TEST(DrawTextTest, StrandedComputeSlicesAreNamed) {
  EXPECT_EQ(draw_one(gpu("a100-80gb", {{"3g.40gb", 0}, {"3g.40gb", 4}})),
            R"(gpu0                                                                   a100-80gb
memory     0        1        2        3        4        5        6        7
       ┌───────────────────────────────────┬───────────────────────────────────┐
       │              3g.40gb              │              3g.40gb              │
MiB    │               40192               │               40192               │
       └───────────────────────────────────┴───────────────────────────────────┘
       compute slices  6 of 7 used, 1 idle: no memory slice is left for it
       memory slices   8 of 8 used
       still fits      nothing
)");
}

TEST(DrawTextTest, GpuWithoutMigIsOneBlock) {
  GpuPicture picture = mixed();
  picture.mig_enabled = false;
  picture.owners = {};
  EXPECT_EQ(draw_one(picture),
            R"(gpu0                                                                   a100-80gb
memory     0        1        2        3        4        5        6        7
       ┌───────────────────────────────────────────────────────────────────────┐
       │                     MIG is off: one undivided GPU                     │
MiB    │                                 81920                                 │
       └───────────────────────────────────────────────────────────────────────┘
)");
}

TEST(DrawTextTest, AsciiIsAsciiOnly) {
  EXPECT_EQ(draw_one(gpu("a100-80gb", {{"1g.10gb", 1}, {"3g.40gb", 4}}, {"josé", ""}),
                     {.unicode = false}),
            R"(gpu0                                                                   a100-80gb
memory     0        1        2        3        4        5        6        7
       +........+--------+.................+-----------------------------------+
       :        |1g.10gb |                 |              3g.40gb              |
MiB    :  free  |  9728  |      free       |               40192               |
owner  :        |  jos?  |                 |               idle                |
       +........+--------+.................+-----------------------------------+
       compute slices  4 of 7 used, 3 idle
       memory slices   5 of 8 used, free: 0, 2-3
       still fits      1x 2g.20gb + 1x 1g.10gb or 3x 1g.10gb
)");
}

TEST(DrawTextTest, NarrowTerminalsGetNarrowBlocks) {
  EXPECT_EQ(draw_one(gpu("a30-24gb", {{"1g.6gb", 1}}, {"li"}), {.width = 40}),
            R"(gpu0                            a30-24gb
memory     0       1       2       3
       ┌┄┄┄┄┄┄┄┬───────┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
       ┊       │1g.6gb │               ┊
MiB    ┊ free  │ 5952  │     free      ┊
owner  ┊       │  li   │               ┊
       └┄┄┄┄┄┄┄┴───────┴┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
       compute slices  1 of 4 used,
                       3 idle
       memory slices   1 of 4 used,
                       free: 0, 2-3
       still fits      1x 2g.12gb + 1x
                       1g.6gb
                       or 3x 1g.6gb
)");
}

// Part of a number would be a wrong number.
TEST(DrawTextTest, NumbersAreWholeOrNotThere) {
  const std::vector<std::string> lines =
      lines_of(draw_one(gpu("a100-80gb", {{"1g.10gb", 0}, {"3g.40gb", 4}}), {.width = 40}));
  EXPECT_EQ(lines[4], "MiB    │   │           │     40192     │");
}

TEST(DrawTextTest, LongOwnersGetTwoLinesBelow) {
  const std::string owner = "somebody with many words " + std::string(400, 'x');
  const std::vector<std::string> lines =
      lines_of(draw_one(gpu("a30-24gb", {{"4g.24gb", 0}}, {owner})));
  ASSERT_EQ(lines.size(), 12U) << draw_one(gpu("a30-24gb", {{"4g.24gb", 0}}, {owner}));
  EXPECT_TRUE(lines[10].ends_with("24000 MiB, somebody with")) << lines[10];
  EXPECT_TRUE(lines[11].ends_with("x…")) << lines[11];
}

TEST(DrawTextTest, GpusStandBelowEachOtherWithALineBetween) {
  const std::string one = draw_one(mixed());
  EXPECT_EQ(draw_text(std::vector{mixed(), mixed()}), one + "\n" + one);
  EXPECT_EQ(draw_text({}), "");
}

TEST(DrawTextTest, NotesAreBrokenIntoLines) {
  GpuPicture picture = gpu("a30-24gb", {});
  picture.notes = {
      "changing the mode of this GPU takes a reset, which nobody does unasked while "
      "something runs"};
  const std::vector<std::string> lines = lines_of(draw_one(picture));
  EXPECT_EQ(lines[lines.size() - 2],
            "       changing the mode of this GPU takes a reset, which nobody does unasked");
  EXPECT_EQ(lines.back(), "       while something runs");
}

// Without colours, the coloured text is the plain one; and it has colours.
TEST(DrawTextTest, ColourChangesNothingElse) {
  for (const GpuPicture& picture : {mixed(), gpu("a100-80gb", {}), divided()}) {
    std::string coloured = draw_one(picture, {.colour = true});
    EXPECT_NE(coloured.find("\x1b["), std::string::npos);
    for (std::size_t at = coloured.find('\x1b'); at != std::string::npos;
         at = coloured.find('\x1b')) {
      coloured.erase(at, coloured.find('m', at) - at + 1);
    }
    EXPECT_EQ(coloured, draw_one(picture));
  }
}

// A layout that a driver reports need not be one that the model knows.
TEST(DrawTextTest, UnknownProfileAndPlacementBeyondTheModelAreDrawn) {
  GpuPicture picture = gpu("a30-24gb", {});
  Profile foreign = picture.model->whole();
  foreign.id = {.value = 77};
  foreign.memory_slices = 3;
  picture.layout = picture.layout.with_unchecked(Slot(foreign, 5)).value();
  const std::string text = draw_one(picture);
  EXPECT_NE(text.find("profile 77"), std::string::npos) << text;
  EXPECT_NE(text.find("  0        1        2        3        4        5        6        7"),
            std::string::npos)
      << text;
}

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics && !profile.double_memory();
}

GpuPicture with_hostile_owners(const Model& model, const Layout& layout, std::size_t& count) {
  const std::vector<std::string>& names = samples::hostile_names();
  GpuPicture picture{.title = model.key, .model = &model, .layout = layout};
  while (picture.owners.size() < layout.size()) {
    picture.owners.push_back(names[++count % names.size()]);
  }
  return picture;
}

void expect_narrow(const std::string& text, int width) {
  for (const std::string& line : lines_of(text)) {
    ASSERT_LE(internal::columns(line), width) << line << "|";
    ASSERT_FALSE(line.ends_with(' ')) << line << "|";
  }
}

// Every layout of models with different grids, at three widths in turn, with hostile owners.
TEST(DrawTextTest, NoLineOfAnyLayoutIsTooLong) {
  std::size_t count = 0;
  for (const char* key :
       {"a100-40gb", "a30-24gb", "rtx-pro-6000-bw", "jetson-thor", "rtx-pro-5000-bw-48gb"}) {
    const Model& model = **find_model(key);
    for (const Layout& layout : all_layouts(model, model.memory_slices >= 8 ? plain : nullptr)) {
      const GpuPicture picture = with_hostile_owners(model, layout, count);
      const int width = std::array{80, 40, 57}[count % 3];
      expect_narrow(draw_one(picture, {.width = width}), width);
    }
  }
  EXPECT_GT(count, 1000U);
}

TEST(DrawTextTest, HostileNamesReachNoTerminal) {
  for (const std::string& name : samples::hostile_names()) {
    GpuPicture picture = gpu("a100-80gb", {{"7g.80gb", 0}}, {name});
    picture.title = name;
    picture.notes = {name};
    const std::string text = draw_one(picture);
    for (const std::string& line : lines_of(text)) {
      EXPECT_EQ(internal::clean(line), line) << name;
      EXPECT_LE(internal::columns(line), 80) << line;
    }
    EXPECT_TRUE(lines_of(text).size() < 90) << text;
  }
}

}  // namespace
}  // namespace sectile
