// Resolving labels of Sectile's own files, and converting them down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/text/notation.h"
#include "sectile/text/sectile_yaml.h"

namespace sectile {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<ConfigGpu> gpus(std::string_view spec) {
  return config_gpus(parse_gpu_spec(spec).value());
}

LayoutConfig config_of(const std::string& entries) {
  const Result<LayoutConfig> config = parse_layout_config(
      "{apiVersion: sectile/v1, kind: Layout, layouts: {a: [" + entries + "]}}", "f.yaml");
  EXPECT_TRUE(config) << config.error().message;
  return config.value();
}

Result<Resolution> resolve_text(const std::string& entries, const std::vector<ConfigGpu>& on) {
  return resolve_layout_config(config_of(entries), "a", on);
}

std::vector<std::string> shown(const Resolution& resolution, const std::vector<ConfigGpu>& on) {
  std::vector<std::string> result;
  result.reserve(resolution.gpus.size());
  for (const ResolvedGpu& gpu : resolution.gpus) {
    result.push_back(std::to_string(gpu.gpu) + (gpu.exact ? " exactly: " : ": ") +
                     (gpu.mig_enabled ? to_notation(*on[gpu.gpu].model, gpu.layout) : "off"));
  }
  return result;
}

TEST(SectileYamlResolveTest, LayoutsAreExactIfTheyNameEveryStart) {
  const std::vector<ConfigGpu> on = gpus("3xh100-80gb-sxm5");
  EXPECT_THAT(shown(resolve_text("{devices: [0], layout: 3g@4 2g@0}, {devices: [1], layout: 2x3g}, "
                                 "{devices: [2], mig: false}",
                                 on)
                        .value(),
                    on),
              ElementsAre("0 exactly: 3g.40gb@4 2g.20gb@0", "1: 3g.40gb@0 3g.40gb@4", "2: off"));
}

TEST(SectileYamlResolveTest, ShortLabelsServeEveryModel) {
  const std::vector<ConfigGpu> on = gpus("a100-40gb,h200-141gb");
  EXPECT_THAT(shown(resolve_text("{devices: all, layout: 2x3g}", on).value(), on),
              ElementsAre("0: 3g.20gb@0 3g.20gb@4", "1: 3g.71gb@0 3g.71gb@4"));
}

TEST(SectileYamlResolveTest, GpusAreChosenByIndexUuidAndModel) {
  std::vector<ConfigGpu> on = gpus("3xa30,a100-40gb");
  on[1].uuid = "GPU-1b";
  EXPECT_THAT(shown(resolve_text("{devices: [GPU-1b, a100-40gb, 0], layout: '-'}", on).value(), on),
              ElementsAre("0 exactly: -", "1 exactly: -", "3 exactly: -"));
}

TEST(SectileYamlResolveTest, StrategiesWorkOnEachModel) {
  const std::vector<ConfigGpu> on = gpus("a100-80gb,a30");
  EXPECT_THAT(shown(resolve_text("{devices: all, strategy: high-performance}", on).value(), on),
              ElementsAre("0: 7g.80gb@0", "1: 4g.24gb@0"));
  EXPECT_THAT(
      shown(resolve_text("{devices: [0], strategy: {name: memory-balanced, parts: 2}}", on).value(),
            on),
      ElementsAre("0: 3g.40gb@0 3g.40gb@4"));
}

TEST(SectileYamlResolveTest, WantsAreForTheSelectedGpusTogether) {
  const std::vector<ConfigGpu> on = gpus("3xa100-80gb");
  const Resolution resolution =
      resolve_text("{devices: [0, 1], wants: '2x3g.40gb,1x1g.10gb'}", on).value();
  ASSERT_EQ(resolution.gpus.size(), 2U);
  EXPECT_EQ(resolution.gpus[0].layout.size() + resolution.gpus[1].layout.size(), 3U);
  EXPECT_THAT(resolution.unmatched, ElementsAre(2U));
}

TEST(SectileYamlResolveTest, ALaterEntryTakesGpusFromTheWantsOfAnEarlierOne) {
  const std::vector<ConfigGpu> on = gpus("2xa30");
  EXPECT_THAT(
      shown(resolve_text("{devices: all, wants: 4g}, {devices: [0], mig: false}", on).value(), on),
      ElementsAre("0: off", "1: 4g.24gb@0"));
  EXPECT_EQ(
      resolve_text("{devices: all, wants: 2x4g}, {devices: [0], mig: false}", on).error().code,
      ErrorCode::kUnsatisfiable);
}

TEST(SectileYamlResolveTest, AnEntryThatDecidesNothingIsNoted) {
  const Resolution resolution =
      resolve_text("{devices: [0], layout: '-'}, {devices: all, mig: false}", gpus("a30")).value();
  EXPECT_THAT(resolution.notes, ElementsAre("f.yaml:1:54: this entry decides about no GPU"));
}

TEST(SectileYamlResolveTest, ErrorsNameTheEntryAndTheGpu) {
  const std::vector<ConfigGpu> on = gpus("a30");
  const Error unknown = resolve_text("{devices: all, layout: 3g}", on).error();
  EXPECT_EQ(unknown.message, "f.yaml:1:54: gpu 0: a30-24gb has no profile '3g'");
  EXPECT_EQ(resolve_text("{devices: all, layout: 5x1g}", on).error().code,
            ErrorCode::kUnsatisfiable);
  EXPECT_EQ(resolve_text("{devices: all, wants: 3g}", on).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(resolve_text("{devices: [1], layout: '-'}", on).error().message,
            "f.yaml:1:54: devices selects none of the 1 GPUs");
  EXPECT_EQ(
      resolve_text("{devices: all, strategy: {name: high-performance, parts: 2}}", on).error().code,
      ErrorCode::kInvalidArgument);
}

TEST(SectileYamlResolveTest, GpusWithoutMigAreSkippedByAllAndRefusedByName) {
  std::vector<ConfigGpu> on = gpus("2xa30");
  on[1].capable = false;
  EXPECT_THAT(resolve_text("{devices: all, layout: '-'}", on).value().unmatched, ElementsAre(1U));
  EXPECT_THAT(resolve_text("{devices: [1], layout: '-'}", on).error().message,
              HasSubstr("gpu 1 is not capable of MIG"));
  on[0].capable = false;
  EXPECT_THAT(resolve_text("{devices: all, layout: '-'}", on).error().message,
              HasSubstr("label 'a' selects none of the 2 GPUs"));
}

TEST(ToMigPartedTest, ConvertsDownAndSaysWhatIsLost) {
  const std::vector<ConfigGpu> on = gpus("2xa30");
  const MigPartedExport result =
      to_mig_parted(config_of("{name: train, devices: [a30-24gb], layout: 2g@0 2g@2}"), on).value();
  EXPECT_EQ(write_mig_parted(result.config), R"(version: v1
mig-configs:
  a:
    - devices: all
      mig-enabled: true
      mig-devices:
        "2g.12gb": 2
)");
  EXPECT_THAT(result.lost, Contains("a, line 1: the name 'train'"));
  EXPECT_THAT(result.lost,
              Contains("a, line 1: the choice of GPUs by UUID or model, now by index"));
  EXPECT_THAT(result.lost, Contains("a, gpu 1: the placements of 2g.12gb@0 2g.12gb@2"));
}

TEST(ToMigPartedTest, GpusLeftAloneAreNotCaughtByAll) {
  const std::vector<ConfigGpu> on = gpus("2xa30");
  const MigPartedExport result =
      to_mig_parted(config_of("{devices: [1], strategy: high-performance}"), on).value();
  const MigPartedSpec& spec = result.config.labels.at("a").front();
  EXPECT_FALSE(spec.all_devices);
  EXPECT_EQ(spec.devices, std::vector<unsigned>{1});
  EXPECT_THAT(spec.filters, IsEmpty());
  EXPECT_THAT(result.lost, Contains("a, line 1: the strategy, now what came out of it"));
}

TEST(ToMigPartedTest, FailsWhereResolvingFails) {
  EXPECT_EQ(to_mig_parted(config_of("{devices: all, layout: 9x1g}"), gpus("a30")).error().code,
            ErrorCode::kUnsatisfiable);
}

}  // namespace
}  // namespace sectile
