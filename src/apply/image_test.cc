#include "sectile/apply/image.h"

#include <gtest/gtest.h>

#include "src/apply/layout_testing.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

Layout mixed() {
  const Profile& three = *h100().find_by_name("3g.40gb");
  const ComputeProfile& one = *three.find_compute(ComputeProfileId{0});
  const Slot split = Slot::bare(three, 4).with_compute(three, {one.id, one.placements[1]}).value();
  return Layout()
      .with(h100(), split)
      .value()
      .with(h100(), Slot(*h100().find_by_name("1g.10gb"), 0))
      .value();
}

TEST(ImageTest, IsReadBackAsItWasWritten) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", mixed());
  fake.add("a30-24gb").pending = false;
  const NodeImage image = image_of(fake.node().read().value());
  ASSERT_EQ(image.gpus.size(), 2U);
  EXPECT_EQ(image.gpus[0].instances[1].name, "3g.40gb");
  EXPECT_EQ(image.gpus[0].instances[1].compute[0].uuid.substr(0, 4), "MIG-");
  EXPECT_EQ(image.gpus[1].mode, MigMode::kEnabled);
  EXPECT_EQ(image.gpus[1].pending, MigMode::kDisabled);
  const Result<NodeImage> again = parse_image(image_json(image), "test");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, image);
  EXPECT_EQ(image.find("GPU-1"), &image.gpus[1]);
  EXPECT_EQ(image.find("GPU-2"), nullptr);
}

TEST(ImageTest, ALayoutIsBuiltFromIdsAndPlaces) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", mixed());
  const NodeImage image = image_of(fake.node().read().value());
  EXPECT_EQ(layout_of(h100(), image.gpus[0]).value(), mixed());
  const GpuTarget target = target_of(h100(), image.gpus[0]).value();
  EXPECT_EQ(target.uuid, "GPU-0");
  EXPECT_TRUE(target.mig_enabled);
  EXPECT_TRUE(target.exact_placement);
  EXPECT_EQ(target.layout, mixed());
  const Model& a30 = *find_model("a30-24gb").value();
  EXPECT_EQ(layout_of(a30, image.gpus[0]).error().code, ErrorCode::kUnsatisfiable);
}

TEST(ImageTest, WhatOverlapsOrChangedItsSizeIsNoLayout) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", mixed());
  const GpuImage image = image_of(fake.node().read().value()).gpus[0];
  GpuImage twice = image;
  twice.instances.push_back(image.instances[0]);
  EXPECT_EQ(layout_of(h100(), twice).error().code, ErrorCode::kUnsatisfiable);
  GpuImage grown = image;
  grown.instances[0].placement.size = 2;
  EXPECT_EQ(layout_of(h100(), grown).error().code, ErrorCode::kUnsatisfiable);
  GpuImage crowded = image;
  crowded.instances[1].compute.push_back(image.instances[1].compute[0]);
  EXPECT_EQ(layout_of(h100(), crowded).error().code, ErrorCode::kUnsatisfiable);
}

// What waited for a reset when it had no instance was on its way to the other mode.
TEST(ImageTest, AModeThatWaitedIsAskedForAgain) {
  GpuImage image;
  image.mode = MigMode::kEnabled;
  image.pending = MigMode::kDisabled;
  EXPECT_FALSE(target_of(h100(), image)->mig_enabled);
  image.instances = {{.profile = h100().find_by_name("1g.10gb")->id,
                      .name = "1g.10gb",
                      .placement = {0, 1},
                      .compute = {}}};
  EXPECT_TRUE(target_of(h100(), image)->mig_enabled);
}

TEST(ImageTest, WhatIsNoImageIsRefused) {
  const std::string gpu =
      R"({"uuid":"GPU-1","index":0,"model":"m","mig":"on","pending":"on","instances":[]})";
  const auto with = [](const std::string& gpus) {
    return R"({"schema":"sectile/image/v1","gpus":[)" + gpus + "]}";
  };
  const auto holding = [&](const std::string& instances) {
    return with(R"({"uuid":"GPU-1","index":0,"model":"m","mig":"on","pending":"on","instances":[)" +
                instances + "]}");
  };
  std::string two = gpu;
  two.append(",").append(gpu);
  EXPECT_TRUE(parse_image(with(gpu), "t"));
  EXPECT_TRUE(parse_image(with(""), "t"));
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string("{\"schema\":"),
        std::string(R"({"schema":"sectile/image/v2","gpus":[]})"), with(two),
        with(R"({"uuid":"GPU-1"})"),
        with(R"({"uuid":"G","index":-1,"model":"m","mig":"on","pending":"on","instances":[]})"),
        with(R"({"uuid":"G","index":0,"model":"m","mig":"yes","pending":"on","instances":[]})"),
        with(R"({"uuid":")" + std::string(300, 'x') +
             R"(","index":0,"model":"m","mig":"on","pending":"on","instances":[]})"),
        holding(R"({"profile":"p","profile_id":1,"start":-1,"size":1,"compute":[]})"),
        holding(R"({"profile":"p","profile_id":1,"start":0,"size":0,"compute":[]})"),
        holding(R"({"profile":"p","profile_id":1,"start":0,"size":99,"compute":[]})"),
        holding(R"({"profile":"p","profile_id":1,"start":0,"size":1,"compute":[{}]})"),
        holding(R"({"profile":"p","profile_id":1,"start":0,"size":1,"compute":[],"x":1})")}) {
    const Result<NodeImage> image = parse_image(text, "where");
    ASSERT_FALSE(image) << text;
    EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(image.error().message.starts_with("where:")) << image.error().message;
  }
}

}  // namespace
}  // namespace sectile
