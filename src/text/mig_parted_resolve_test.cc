// Resolving labels of mig-parted files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/mig_parted.h"
#include "sectile/text/notation.h"

namespace sectile {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<ConfigGpu> gpus(std::string_view spec) {
  return config_gpus(parse_gpu_spec(spec).value());
}

Result<Resolution> resolve_text(const std::string& entries, const std::vector<ConfigGpu>& on,
                                const std::string& label = "a") {
  const Result<MigPartedConfig> config =
      parse_mig_parted("{version: v1, mig-configs: {" + label + ": [" + entries + "]}}", "f.yaml");
  EXPECT_TRUE(config) << config.error().message;
  return resolve_mig_parted(config.value(), label, on);
}

// What each selected GPU gets: "0: 3g.20gb@0", "1: off".
std::vector<std::string> shown(const Resolution& resolution, const std::vector<ConfigGpu>& on) {
  std::vector<std::string> result;
  result.reserve(resolution.gpus.size());
  for (const ResolvedGpu& gpu : resolution.gpus) {
    result.push_back(std::to_string(gpu.gpu) + ": " +
                     (gpu.mig_enabled ? to_notation(*on[gpu.gpu].model, gpu.layout) : "off"));
  }
  return result;
}

// The notation that one A100 40GB gets for these mig-devices, or the error.
std::string devices(const std::string& mig_devices) {
  const std::vector<ConfigGpu> on = gpus("a100-40gb");
  const Result<Resolution> resolution =
      resolve_text("{devices: all, mig-enabled: true, mig-devices: " + mig_devices + "}", on);
  return resolution ? to_notation(*on[0].model, resolution->gpus.at(0).layout)
                    : "error: " + resolution.error().message;
}

// The same without starts: where things are is the packer's to choose.
std::string instances(const std::string& mig_devices) {
  std::string text = devices(mig_devices);
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@')) {
    text.erase(at, 2);
  }
  return text;
}

TEST(MigPartedResolveTest, CountsBecomeLayouts) {
  EXPECT_EQ(devices("{}"), "-");
  EXPECT_EQ(devices("{7g.40gb: 1}"), "7g.40gb@0");
  EXPECT_EQ(devices("{3g.20gb: 2}"), "3g.20gb@0 3g.20gb@4");
  EXPECT_EQ(devices("{2g.10gb: 3}"), "2g.10gb@0 2g.10gb@2 2g.10gb@4");
}

// The cases of nvidia-mig-parted's table of valid configurations.
TEST(MigPartedResolveTest, FitsWhatMigPartedKnowsToFit) {
  for (const char* good : {"{1g.5gb: 7}", "{1g.5gb: 6}", "{1g.5gb: 3, 2g.10gb: 2}",
                           "{1g.5gb: 2, 2g.10gb: 2}", "{1g.5gb: 2, 2g.10gb: 1}"}) {
    EXPECT_EQ(devices(good).substr(0, 6) == "error:", false) << devices(good);
  }
  for (const char* bad : {"{1g.5gb: 8}", "{1g.5gb: 4, 2g.10gb: 2}", "{3g.20gb: 2, 1g.5gb: 1}",
                          "{1g.5gb: 10000}", "{1g.5gb: 60, 2g.10gb: 60}"}) {
    EXPECT_EQ(devices(bad).substr(0, 6), "error:") << bad;
  }
}

TEST(MigPartedResolveTest, WhatDoesNotFitIsUnsatisfiableWithThePlace) {
  const Result<Resolution> result = resolve_text(
      "{devices: all, mig-enabled: true, mig-devices: {1g.5gb: 8}}", gpus("a100-40gb"));
  EXPECT_EQ(result.error().code, ErrorCode::kUnsatisfiable);
  EXPECT_THAT(result.error().message, HasSubstr("f.yaml:1:33: gpu 0: "));
}

TEST(MigPartedResolveTest, ComputeInstancesShareAGpuInstanceWhileTheyFit) {
  EXPECT_EQ(instances("{1c.2g.10gb: 2}"), "2g.10gb[1c 1c]");
  EXPECT_EQ(instances("{1c.2g.10gb: 4}"), "2g.10gb[1c 1c] 2g.10gb[1c 1c]");
  EXPECT_THAT(instances("{1c.2g.10gb: 3}"),
              AnyOf("2g.10gb[1c 1c] 2g.10gb[1c]", "2g.10gb[1c] 2g.10gb[1c 1c]"));
  EXPECT_EQ(devices("{1c.7g.40gb: 7}"), "7g.40gb@0[1c 1c 1c 1c 1c 1c 1c]");
  EXPECT_EQ(devices("{2c.7g.40gb: 2, 3c.7g.40gb: 1}"), "7g.40gb@0[3c 2c 2c]");
  EXPECT_THAT(instances("{2g.10gb: 1, 1c.2g.10gb: 1}"),
              AnyOf("2g.10gb 2g.10gb[1c]", "2g.10gb[1c] 2g.10gb"));
  EXPECT_EQ(instances("{1c.1g.5gb: 1}"), "1g.5gb");
  EXPECT_EQ(devices("{5c.7g.40gb: 1}"),
            "error: f.yaml:1:33: gpu 0: a 7g.40gb of a100-40gb has no compute instance "
            "'5c.7g.40gb'");
}

TEST(MigPartedResolveTest, AnUnknownProfileIsRefusedInsteadOfClearingTheGpu) {
  EXPECT_EQ(devices("{1g.10gb+gfx: 1}"),
            "error: f.yaml:1:33: gpu 0: a100-40gb has no profile '1g.10gb+gfx'");
}

TEST(MigPartedResolveTest, TheLastEntryThatSelectsAGpuDecides) {
  const std::vector<ConfigGpu> on = gpus("4xa30");
  const Resolution resolution =
      resolve_text(
          "{devices: all, mig-enabled: false}, "
          "{devices: [1, 2], mig-enabled: true, mig-devices: {4g.24gb: 1}}, "
          "{devices: [2], mig-enabled: true, mig-devices: {}}",
          on)
          .value();
  EXPECT_THAT(shown(resolution, on), ElementsAre("0: off", "1: 4g.24gb@0", "2: -", "3: off"));
  EXPECT_THAT(resolution.unmatched, IsEmpty());
  EXPECT_EQ(resolution.gpus[2].origin, "f.yaml:1:134");
  EXPECT_FALSE(resolution.gpus[1].exact);
  EXPECT_EQ(resolution.label, "a");
}

TEST(MigPartedResolveTest, GpusThatNoEntrySelectsAreNamed) {
  const Resolution resolution =
      resolve_text("{devices: [1], mig-enabled: false}", gpus("3xa30")).value();
  EXPECT_THAT(resolution.unmatched, ElementsAre(0U, 2U));
}

TEST(MigPartedResolveTest, FiltersChooseByDeviceId) {
  const std::vector<ConfigGpu> on = gpus("1xa100-40gb,1xh100-80gb-sxm5");
  const std::string entries =
      "{device-filter: \"0x233010DE\", devices: all, mig-enabled: true, mig-devices: {3g.40gb: 2}},"
      "{device-filter: [\"0x20B010DE\", \"0x20B110DE\"], devices: all, mig-enabled: true, "
      "mig-devices: {3g.20gb: 2}},"
      "{device-filter: \"0x290110DE\", devices: [0, 1], mig-enabled: true, mig-devices: {}}";
  EXPECT_THAT(shown(resolve_text(entries, on).value(), on),
              ElementsAre("0: 3g.20gb@0 3g.20gb@4", "1: 3g.40gb@0 3g.40gb@4"));
}

TEST(MigPartedResolveTest, GpusWithoutMigAreSkippedByAllAndRefusedByIndex) {
  std::vector<ConfigGpu> on = gpus("2xa30");
  on[1].capable = false;
  on[1].model = nullptr;
  const Resolution resolution =
      resolve_text("{devices: all, mig-enabled: true, mig-devices: {}}", on).value();
  EXPECT_THAT(resolution.unmatched, ElementsAre(1U));
  const Error error =
      resolve_text("{devices: [0, 1], mig-enabled: true, mig-devices: {}}", on).error();
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.message, "f.yaml:1:33: gpu 1 is not capable of MIG, and devices names it");
}

TEST(MigPartedResolveTest, SelectingNothingIsAnError) {
  EXPECT_EQ(resolve_text("{devices: [7], mig-enabled: false}", gpus("2xa30")).error().message,
            "f.yaml:1:33: devices selects none of the 2 GPUs");
  EXPECT_EQ(resolve_text("{devices: [], mig-enabled: false}", gpus("2xa30")).error().message,
            "f.yaml:1:33: devices selects none of the 2 GPUs");
  const std::string other = "{device-filter: \"0x290110DE\", devices: all, mig-enabled: false}";
  EXPECT_EQ(resolve_text(other, gpus("2xa30")).error().message,
            "f.yaml: label 'a' selects none of the 2 GPUs");
}

TEST(MigPartedResolveTest, NotesNameWhatIsNotThere) {
  const Resolution resolution =
      resolve_text("{device-filter: [MODEL, \"0x20B710DE\"], devices: [0, 9], mig-enabled: false}",
                   gpus("a30"))
          .value();
  EXPECT_THAT(
      resolution.notes,
      ElementsAre("f.yaml:1:33: there is no gpu 9",
                  "f.yaml:1:33: device-filter 'MODEL' is no device id and matches nothing"));
}

TEST(MigPartedResolveTest, TheirAllBalancedIsExplained) {
  const std::vector<ConfigGpu> on = gpus("a100-40gb");
  const std::string mixed =
      "{devices: all, mig-enabled: true, mig-devices: {1g.5gb: 2, 2g.10gb: 1, 3g.20gb: 1}}";
  EXPECT_THAT(resolve_text(mixed, on, "all-balanced").value().notes,
              ElementsAre(HasSubstr("--profile-set 1g,1g,2g,3g")));
  EXPECT_THAT(resolve_text(mixed, on, "other").value().notes, IsEmpty());
  const std::string equal = "{devices: all, mig-enabled: true, mig-devices: {1g.5gb: 7}}";
  EXPECT_THAT(resolve_text(equal, on, "all-balanced").value().notes, IsEmpty());
}

// Every multiset of plain profiles whose compute slices are at most 7: what mig-parted's own test
// runs on a mock server. Those that its server holds, we hold.
TEST(MigPartedResolveTest, EveryConfigurationOfAnA100IsDecided) {
  int good = 0;
  for (int i = 0; i < 8 * 4 * 3 * 2 * 2; ++i) {
    const int ones = i % 8;
    const int twos = i / 8 % 4;
    const int threes = i / 32 % 3;
    const int fours = i / 96 % 2;
    const int sevens = i / 192;
    const int slices = ones + 2 * twos + 3 * threes + 4 * fours + 7 * sevens;
    if (slices == 0 || slices > 7) {
      continue;
    }
    const std::string text =
        devices("{1g.5gb: " + std::to_string(ones) + ", 2g.10gb: " + std::to_string(twos) +
                ", 3g.20gb: " + std::to_string(threes) + ", 4g.20gb: " + std::to_string(fours) +
                ", 7g.40gb: " + std::to_string(sevens) + "}");
    // Two 3g take all memory slices, so the seventh compute slice has none.
    EXPECT_EQ(text.substr(0, 6) == "error:", threes == 2 && ones == 1) << text;
    good += text.substr(0, 6) == "error:" ? 0 : 1;
  }
  EXPECT_GT(good, 30);
}

}  // namespace
}  // namespace sectile
