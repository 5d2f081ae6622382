#include "sectile/apply/saved_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/text/notation.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Layout layout(const std::string& notation) {
  return parse_layout(*find_model("h100-80gb-sxm5").value(), notation).value();
}

Snapshot node() {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", layout("3g.40gb@4 2g.20gb@0[1c] 1g.10gb@3[]"));
  fake.add("h100-80gb-sxm5", {});
  fake.add("h100-80gb-sxm5", {});
  fake.gpus[2].enabled = false;
  fake.gpus[2].pending = false;
  return fake.node().read().value();
}

TEST(SavedLayoutTest, BringsBackPlacementsComputeInstancesAndModes) {
  const Snapshot now = node();
  const std::string document = write_saved_layout(now, {}, "2026-01-02T03:04:05Z");
  EXPECT_THAT(document, HasSubstr("# Saved at 2026-01-02T03:04:05Z with driver "));
  const SavedTargets saved = saved_targets(document, now).value();
  ASSERT_EQ(saved.targets.size(), 3U);
  EXPECT_THAT(saved.missing, IsEmpty());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(saved.targets[i].uuid, now.gpus[i].uuid);
    EXPECT_EQ(saved.targets[i].layout, now.gpus[i].layout);
    EXPECT_EQ(saved.targets[i].mig_enabled, i != 2);
    EXPECT_TRUE(saved.targets[i].exact_placement);
    EXPECT_FALSE(saved.targets[i].mode_only);
  }
  EXPECT_TRUE(prepare(now, saved.targets)->empty());
}

TEST(SavedLayoutTest, SavesWhatAPlanWillMake) {
  const Snapshot now = node();
  const ChangePlan plan = prepare(now, {{.uuid = now.gpus[1].uuid, .layout = layout("7g.80gb@0")},
                                        {.uuid = now.gpus[2].uuid, .layout = layout("1g.10gb@2")}})
                              .value();
  const SavedTargets saved = saved_targets(write_saved_layout(now, plan, "now"), now).value();
  EXPECT_EQ(saved.targets[0].layout, now.gpus[0].layout);
  EXPECT_EQ(saved.targets[1].layout, layout("7g.80gb@0"));
  EXPECT_EQ(saved.targets[2].layout, layout("1g.10gb@2"));
  EXPECT_TRUE(saved.targets[2].mig_enabled);
}

TEST(SavedLayoutTest, AModeThatWaitsForAResetCountsAsWhatItWillBe) {
  Snapshot now = node();
  now.gpus[1].pending = MigMode::kDisabled;
  const SavedTargets saved = saved_targets(write_saved_layout(now, {}, "now"), now).value();
  EXPECT_FALSE(saved.targets[1].mig_enabled);
}

TEST(SavedLayoutTest, NamesGpusThatAreNotThere) {
  const Snapshot then = node();
  Snapshot now = then;
  now.gpus.erase(now.gpus.begin());
  const SavedTargets saved = saved_targets(write_saved_layout(then, {}, "now"), now).value();
  EXPECT_EQ(saved.targets.size(), 2U);
  EXPECT_THAT(saved.missing, ElementsAre(then.gpus[0].uuid));
}

TEST(SavedLayoutTest, LeavesGpusAloneThatNothingWasSavedFor) {
  Snapshot then = node();
  const Snapshot now = then;
  then.gpus.pop_back();
  EXPECT_EQ(saved_targets(write_saved_layout(then, {}, "now"), now)->targets.size(), 2U);
}

TEST(SavedLayoutTest, RefusesWhatNobodySaved) {
  const Snapshot now = node();
  EXPECT_EQ(saved_targets("{", now).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(saved_targets("", now).error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(saved_targets("{apiVersion: sectile/v1, kind: Layout, layouts: {other: [{devices: "
                            "all, mig: false}]}}",
                            now)
                  .error()
                  .message,
              HasSubstr("no label 'saved'"));
  const auto with = [&](const std::string& fields) {
    return saved_targets("{apiVersion: sectile/v1, kind: Layout, layouts: {saved: [{devices: [" +
                             now.gpus[0].uuid + "], " + fields + "}]}}",
                         now);
  };
  EXPECT_TRUE(with("layout: 7g.80gb"));
  EXPECT_THAT(with("layout: 5g.40gb").error().message, HasSubstr("saved layout of gpu 0: "));
  EXPECT_FALSE(with("strategy: mixed"));
  EXPECT_FALSE(with("layout: 8x1g.10gb"));
}

}  // namespace
}  // namespace sectile
