#include "sectile/text/gpu_spec.h"

#include <gtest/gtest.h>

#include <string>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

std::string round_trip(std::string_view text) {
  const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(text);
  return specs ? to_string(*specs) : "error: " + specs.error().message;
}

TEST(GpuSpecTest, ReadsCountsAndModels) {
  EXPECT_EQ(round_trip("8xh100-80gb-sxm5"), "8xh100-80gb-sxm5");
  EXPECT_EQ(round_trip("4xa100-80gb,2xa30-24gb"), "4xa100-80gb,2xa30-24gb");
  EXPECT_EQ(round_trip("a30"), "1xa30-24gb");
  EXPECT_EQ(round_trip(" 2x A30-24GB , a100-40gb "), "2xa30-24gb,1xa100-40gb");
  EXPECT_EQ(round_trip("1024xa30"), "1024xa30-24gb");
}

TEST(GpuSpecTest, EveryKeyOfTheCatalogueReadsAsItself) {
  for (const Model& model : catalogue()) {
    const Result<std::vector<GpuSpec>> specs = parse_gpu_spec("3x" + model.key);
    ASSERT_TRUE(specs) << model.key;
    EXPECT_EQ(specs->front(), (GpuSpec{.model = &model, .count = 3}));
  }
}

TEST(GpuSpecTest, RefusesWhatIsNone) {
  for (const char* text : {"", ",", "a30,", ",a30", "2x", "0xa30", "-1xa30", "1025xa30", "02xa30",
                           "1000xa30,25xa30", "99999999999xa30", "2.5xa30"}) {
    const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(text);
    ASSERT_FALSE(specs) << text;
    EXPECT_FALSE(specs.error().message.empty());
  }
  EXPECT_EQ(parse_gpu_spec("1025xa30").error().message,
            "the count of '1025xa30' is not from 1 to 1024");
  EXPECT_EQ(parse_gpu_spec("1000xa30,25xa30").error().message, "a GPU SPEC has 1024 GPUs at most");
  EXPECT_EQ(parse_gpu_spec(std::string(1 << 20, 'a')).error().code, ErrorCode::kInvalidArgument);
}

TEST(GpuSpecTest, AnUnknownModelIsUnavailable) {
  EXPECT_EQ(parse_gpu_spec("2xz900").error().code, ErrorCode::kUnavailable);
}

TEST(GpuSpecTest, OwnModelsComeBeforeTheCatalogue) {
  std::vector<Model> own(2, catalogue().front());
  own[0].key = "mine";
  own[1].key = "a30-24gb";
  EXPECT_EQ(parse_gpu_spec("2xmine", own).value().front().model, own.data());
  EXPECT_EQ(parse_gpu_spec("a30-24gb", own).value().front().model, &own[1]);
}

TEST(GpuSpecTest, ExpandGivesOnePointerForEachGpu) {
  const std::vector<const Model*> gpus = expand(parse_gpu_spec("2xa30,a100-40gb").value());
  ASSERT_EQ(gpus.size(), 3U);
  EXPECT_EQ(gpus[0]->key, "a30-24gb");
  EXPECT_EQ(gpus[1], gpus[0]);
  EXPECT_EQ(gpus[2]->key, "a100-40gb");
}

}  // namespace
}  // namespace sectile
