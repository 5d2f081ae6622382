#include "sectile/text/notation.h"

#include <gtest/gtest.h>

#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

const Model& model(std::string_view key) {
  return *find_model(key).value();
}
const Model& h100() {
  return model("h100-80gb-sxm5");
}

// The canonical form of a notation, or the error.
std::string round_trip(std::string_view text, const Model& on = h100()) {
  const Result<Layout> layout = parse_layout(on, text);
  return layout ? to_notation(on, *layout) : "error: " + layout.error().message;
}

TEST(NotationTest, PrintsLargeProfilesFirstAndEveryStart) {
  EXPECT_EQ(round_trip("2g.20gb@2 3g.40gb@4 2g.20gb@0"), "3g.40gb@4 2g.20gb@0 2g.20gb@2");
  EXPECT_EQ(round_trip("3g.40gb@4 4g.40gb@0"), "4g.40gb@0 3g.40gb@4");
  EXPECT_EQ(round_trip("1g.10gb@6 1g.20gb@0 1g.10gb+me@5"), "1g.20gb@0 1g.10gb+me@5 1g.10gb@6");
}

TEST(NotationTest, NothingIsADash) {
  EXPECT_EQ(round_trip("-"), "-");
  EXPECT_EQ(round_trip(" empty "), "-");
}

TEST(NotationTest, ShortLabelsCountsAndCommasAreRead) {
  EXPECT_EQ(round_trip("3g@4 2g@0 2g@2"), "3g.40gb@4 2g.20gb@0 2g.20gb@2");
  EXPECT_EQ(round_trip("2x3g"), "3g.40gb@0 3g.40gb@4");
  EXPECT_EQ(round_trip("3g@0,4x 1g"), "error: '4x' is no part of a layout");
  EXPECT_EQ(round_trip("whole"), "7g.80gb@0");
  EXPECT_EQ(round_trip("3g,\n3x1g"), round_trip("3x1g 3g"));
  EXPECT_EQ(round_trip("7x1g"),
            "1g.10gb@0 1g.10gb@1 1g.10gb@2 1g.10gb@3 1g.10gb@4 1g.10gb@5 1g.10gb@6");
}

TEST(NotationTest, StartsLeftOutAreFoundIfThereAreAny) {
  // 3g can only go to 4 when two 2g are to sit beside it.
  EXPECT_EQ(round_trip("2g 3g 2g"), "3g.40gb@4 2g.20gb@0 2g.20gb@2");
  EXPECT_EQ(round_trip("1g@5 3g").substr(0, 9), "3g.40gb@0");
  EXPECT_EQ(round_trip("4g 3g"), "4g.40gb@0 3g.40gb@4");
}

TEST(NotationTest, ComputeInstancesAreInBrackets) {
  EXPECT_EQ(round_trip("7g.80gb@0[3c 2c 2c]"), "7g.80gb@0[3c 2c 2c]");
  EXPECT_EQ(round_trip("7g[2c,2c,3c]"), "7g.80gb@0[3c 2c 2c]");
  EXPECT_EQ(round_trip("7g[7x1c]"), "7g.80gb@0[1c 1c 1c 1c 1c 1c 1c]");
  EXPECT_EQ(round_trip("3g.40gb@4[3c]"), "3g.40gb@4");
  EXPECT_EQ(round_trip("3g.40gb@4[ ]"), "3g.40gb@4[]");
  EXPECT_EQ(round_trip("3g.40gb@4[1c@2]"), "3g.40gb@4[1c@2]");
  EXPECT_EQ(round_trip("3g.40gb@4[1c@0 1c@1]"), "3g.40gb@4[1c 1c]");
  EXPECT_EQ(round_trip("2x3g[1c 1c]"), "3g.40gb@0[1c 1c] 3g.40gb@4[1c 1c]");
}

TEST(NotationTest, ComputeInstancesOfOneSizeAreToldApartById) {
  // An H100's 2g has two kinds of one compute slice: id 0 (16 SM) and id 7 (26 SM).
  EXPECT_EQ(round_trip("2g@0[1c]"), "2g.20gb@0[1c]");
  EXPECT_EQ(round_trip("2g@0[1c#0]"), "2g.20gb@0[1c]");
  EXPECT_EQ(round_trip("2g@0[1c#7]"), "2g.20gb@0[1c#7]");
  EXPECT_EQ(round_trip("1g.20gb@0[1c#7]"), "1g.20gb@0");
  EXPECT_EQ(round_trip("1g.20gb@0[1c]"), "1g.20gb@0[1c]");
}

TEST(NotationTest, RefusesWhatIsNone) {
  for (const char* text :
       {"",           " ",           ",",        "3g.40gb@", "3g.40gb@x",   "3g.40gb@-1",
        "3g.40gb@04", "3g.40gb@4@4", "@4",       "2x3g@4",   "0x3g",        "65x1g",
        "3",          "g",           "3G",       "3g.40",    "3g.41",       "3g[",
        "3g]",        "3g[3c",       "3g[3c]x",  "3g[x]",    "3g[3]",       "3g[0c]",
        "3g[1c@]",    "3g[2x1c@0]",  "3g[1c@9]", "3g[4c]",   "3g[[1c]]",    "1c.3g.40gb",
        "3g.40gb:4",  "8g",          "- 3g",     "3g -",     "empty empty", "3g.40gb\x01"}) {
    EXPECT_FALSE(parse_layout(h100(), text)) << text;
  }
  EXPECT_EQ(parse_layout(h100(), std::string(5000, ' ')).error().code, ErrorCode::kInvalidArgument);
}

TEST(NotationTest, ErrorsSayWhatToDo) {
  const Error unknown = parse_layout(h100(), "3g.71gb").error();
  EXPECT_EQ(unknown.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(unknown.message, "h100-80gb-sxm5 has no profile '3g.71gb'");
  EXPECT_NE(unknown.next.find("7g.80gb, 4g.40gb, 3g.40gb"), std::string::npos);
  EXPECT_EQ(parse_layout(h100(), "1c.3g.40gb").error().next,
            "write it in the brackets of its GPU instance: 3g.40gb[1c]");
}

TEST(NotationTest, WhatDoesNotFitIsUnsatisfiable) {
  for (const char* text : {"3g 3g 1g", "3g@0 4g@0", "8x1g", "7g 1g", "1g+me@0 1g+me@1", "64x1g",
                           "33x1g 33x1g", "3g[2c 2c]", "3g[4x1c]", "7g[9x1c]", "2g@0 3g@0"}) {
    const Result<Layout> layout = parse_layout(h100(), text);
    ASSERT_FALSE(layout) << text;
    EXPECT_EQ(layout.error().code, ErrorCode::kUnsatisfiable) << text;
  }
  EXPECT_EQ(parse_layout(h100(), "2g@1").error().code, ErrorCode::kInvalidArgument);
}

TEST(NotationTest, ASlotThatTheModelDoesNotKnowIsStillPrinted) {
  Profile unknown = h100().profiles.front();
  unknown.id = {99};
  const Layout layout = Layout().with_unchecked(Slot(unknown, 0)).value();
  EXPECT_EQ(to_notation(h100(), layout), "profile99:8@0");
  EXPECT_FALSE(parse_layout(h100(), "profile99:8@0"));
}

TEST(NotationTest, AComputeInstanceThatTheModelDoesNotKnowIsStillPrinted) {
  Profile odd = *h100().find_by_name("3g.40gb");
  odd.compute_profiles[0].id = {42};
  const Slot slot = Slot::bare(odd, 4)
                        .with_compute(odd, {.profile = {42}, .placement = {.start = 1, .size = 1}})
                        .value();
  EXPECT_EQ(to_notation(h100(), slot), "3g.40gb@4[1c#42@1]");
}

// Thor's 1g+me waits for 2g+gfx, in whatever order they are written.
TEST(NotationTest, OrderOfWritingDoesNotMatterWhereOrderOfCreationDoes) {
  const Model& thor = model("jetson-thor");
  for (const Layout& layout : all_layouts(thor)) {
    EXPECT_EQ(parse_layout(thor, to_notation(thor, layout)).value(), layout)
        << to_notation(thor, layout);
  }
}

TEST(NotationTest, EveryLayoutReadsBackAsItself) {
  for (const std::string_view key :
       {"a100-40gb", "h100-80gb-sxm5", "a30-24gb", "rtx-pro-6000-bw"}) {
    const Model& on = model(key);
    for (const Layout& layout : all_layouts(on)) {
      const std::string text = to_notation(on, layout);
      ASSERT_EQ(parse_layout(on, text).value(), layout) << key << ": " << text;
      ASSERT_TRUE(names_every_start(text)) << text;
    }
  }
}

TEST(NotationTest, MaximalLayoutsOfEveryModelReadBackAsThemselves) {
  for (const Model& on : catalogue()) {
    for (const Layout& layout : maximal_layouts(on)) {
      const GpuLayout gpu{.model = &on, .layout = layout};
      ASSERT_EQ(parse_gpu_layout(to_string(gpu)).value(), gpu) << to_string(gpu);
    }
  }
}

// Where one more may go behind those that are there.
std::vector<int> later_starts(const Profile& profile, const Slot& slot,
                              const ComputeProfile& compute) {
  std::vector<int> starts = free_compute_starts(profile, slot, compute);
  std::erase_if(starts, [&](int start) {
    return !slot.compute().empty() && start <= slot.compute().back().placement.start;
  });
  return starts;
}

// Every way to fill every GPU instance with compute instances, by brute force.
void expect_compute_round_trip(const Model& on, const Profile& profile, const Slot& slot) {
  const std::string text = to_notation(on, slot);
  const Layout layout = Layout().with_unchecked(slot).value();
  ASSERT_EQ(parse_layout(on, text).value(), layout) << text;
  for (const ComputeProfile& compute : profile.compute_profiles) {
    for (const int start : later_starts(profile, slot, compute)) {
      const ComputeSlot added{.profile = compute.id,
                              .placement = {.start = start, .size = compute.compute_slices}};
      expect_compute_round_trip(on, profile, slot.with_compute(profile, added).value());
    }
  }
}

void expect_compute_round_trips(const Model& on) {
  for (const Profile& profile : on.profiles) {
    if (profile.starts.front() == 0 && profile.media == Media::kPlain) {
      expect_compute_round_trip(on, profile, Slot::bare(profile, 0));
    }
  }
}

TEST(NotationTest, EverySetOfComputeInstancesReadsBackAsItself) {
  for (const std::string_view key : {"a100-40gb", "h100-80gb-sxm5", "rtx-pro-6000-bw"}) {
    expect_compute_round_trips(model(key));
  }
}

TEST(NotationTest, NamesEveryStartLooksAtEachInstance) {
  EXPECT_TRUE(names_every_start("-"));
  EXPECT_TRUE(names_every_start("3g@4 2g@0[1c 1c]"));
  EXPECT_FALSE(names_every_start("3g@4 2g"));
  EXPECT_FALSE(names_every_start("3g[1c@0]"));
  EXPECT_FALSE(names_every_start("7x1g"));
}

TEST(GpuLayoutTest, OneLineSaysModelAndLayout) {
  const GpuLayout gpu = parse_gpu_layout("h100-80gb-sxm5: 3g@4 2g@0").value();
  EXPECT_EQ(gpu.model, &h100());
  EXPECT_EQ(to_string(gpu), "h100-80gb-sxm5: 3g.40gb@4 2g.20gb@0");
  EXPECT_EQ(to_string(parse_gpu_layout("a30:-").value()), "a30-24gb: -");
}

TEST(GpuLayoutTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "3g@4", "a30", "a30:", ": 3g", "z900: 1g", "a30: 3g", "a30: 1g: 1g"}) {
    EXPECT_FALSE(parse_gpu_layout(text)) << text;
  }
}

TEST(GpuLayoutTest, OwnModelsAreFoundFirst) {
  std::vector<Model> own = {model("a30")};
  own[0].key = "mine";
  EXPECT_EQ(parse_gpu_layout("mine: 4g@0", own).value().model, own.data());
}

}  // namespace
}  // namespace sectile
