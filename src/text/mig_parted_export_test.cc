// Exporting layouts to mig-parted's format.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/mig_parted.h"
#include "sectile/text/notation.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A GPU for each word: 'a' and 'b' are device ids, '-' is MIG off and '+' on without instances.
std::vector<ExportGpu> nodes(std::initializer_list<const char*> words) {
  std::vector<ExportGpu> result;
  for (const std::string word : words) {
    ExportGpu gpu;
    gpu.gpu.index = static_cast<unsigned>(result.size());
    gpu.gpu.pci_ids = {word[0] == 'a' ? 0x20B010DEU : 0x20B210DEU};
    gpu.gpu.model = find_model("a100-40gb").value();
    gpu.mig_enabled = word[1] == '+';
    result.push_back(gpu);
  }
  return result;
}

// Each entry as "filters|devices|state".
std::vector<std::string> merged(const std::vector<ExportGpu>& gpus) {
  std::vector<std::string> result;
  const MigPartedExport exported = to_mig_parted(gpus);
  const auto found = exported.config.labels.find("current");
  for (const MigPartedSpec& spec :
       found == exported.config.labels.end() ? std::vector<MigPartedSpec>{} : found->second) {
    std::string text;
    for (const std::string& filter : spec.filters) {
      text += filter + " ";
    }
    text += spec.all_devices ? "|all" : "|";
    for (const unsigned device : spec.devices) {
      text += std::to_string(device);
    }
    result.push_back(text + (spec.mig_enabled ? "|on" : "|off"));
  }
  return result;
}

// The cases of nvidia-mig-parted's export test.
TEST(MigPartedExportTest, MergesAsMigPartedDoes) {
  EXPECT_THAT(merged({}), IsEmpty());
  EXPECT_THAT(merged(nodes({"a-"})), ElementsAre("|all|off"));
  EXPECT_THAT(merged(nodes({"a-", "a-"})), ElementsAre("|all|off"));
  EXPECT_THAT(merged(nodes({"a-", "a+"})), ElementsAre("|0|off", "|1|on"));
  EXPECT_THAT(merged(nodes({"a-", "b-"})), ElementsAre("|all|off"));
  EXPECT_THAT(merged(nodes({"a-", "a-", "b+", "b+"})),
              ElementsAre("0x20B010DE |all|off", "0x20B210DE |all|on"));
  EXPECT_THAT(merged(nodes({"a-", "a+", "b-", "b+"})),
              ElementsAre("0x20B010DE 0x20B210DE |02|off", "0x20B010DE 0x20B210DE |13|on"));
  EXPECT_THAT(merged(nodes({"a-", "b+", "b-"})),
              ElementsAre("0x20B010DE 0x20B210DE |02|off", "0x20B210DE |1|on"));
}

TEST(MigPartedExportTest, GpusWithoutMigAreLeftOut) {
  std::vector<ExportGpu> gpus = nodes({"a-", "a-"});
  gpus[0].gpu.capable = false;
  EXPECT_THAT(merged(gpus), ElementsAre("|all|off"));
  gpus[1].gpu.capable = false;
  EXPECT_THAT(merged(gpus), IsEmpty());
}

TEST(MigPartedExportTest, WithoutDeviceIdsThereAreNoFilters) {
  std::vector<ExportGpu> gpus = nodes({"a-", "b+"});
  gpus[0].gpu.pci_ids.clear();
  EXPECT_THAT(merged(gpus), ElementsAre("|0|off", "|1|on"));
}

MigPartedExport exported(std::string_view notation) {
  std::vector<ExportGpu> gpus = nodes({"a+"});
  gpus[0].gpu.model = find_model("h100-80gb-sxm5").value();
  gpus[0].layout = parse_layout(*gpus[0].gpu.model, notation).value();
  return to_mig_parted(gpus, "now");
}

std::map<std::string, int> devices(const MigPartedExport& result) {
  return result.config.labels.at("now").front().mig_devices;
}

TEST(MigPartedExportTest, CountsInstancesAndSaysThatPlacementsAreLost) {
  const MigPartedExport result = exported("3g@4 2g@0 2g@2");
  EXPECT_EQ(devices(result), (std::map<std::string, int>{{"2g.20gb", 2}, {"3g.40gb", 1}}));
  EXPECT_THAT(result.lost, ElementsAre("gpu 0: the placements of 3g.40gb@4 2g.20gb@0 2g.20gb@2"));
  EXPECT_THAT(exported("-").lost, IsEmpty());
}

TEST(MigPartedExportTest, ComputeInstancesKeepTheirForm) {
  EXPECT_EQ(devices(exported("7g[3c 2c 2c]")),
            (std::map<std::string, int>{{"2c.7g.80gb", 2}, {"3c.7g.80gb", 1}}));
  EXPECT_EQ(devices(exported("2g@0[1c] 1g.20gb@2")),
            (std::map<std::string, int>{{"1c.2g.20gb", 1}, {"1g.20gb", 1}}));
}

TEST(MigPartedExportTest, WhatTheFormatCannotSayIsNamed) {
  EXPECT_THAT(exported("3g@4[]").lost,
              ElementsAre("gpu 0: 3g.40gb@4[] is left out: it has no compute instance",
                          "gpu 0: the placements of 3g.40gb@4[]"));
  EXPECT_THAT(exported("2g@0[1c#7]").lost.front(), HasSubstr("which of the compute instances"));
  EXPECT_THAT(exported("1g.20gb@0[1c]").lost.front(), HasSubstr("which of the compute instances"));
}

TEST(MigPartedExportTest, UnknownProfilesAreLeftOutAloud) {
  std::vector<ExportGpu> gpus = nodes({"a+"});
  Profile unknown = gpus[0].gpu.model->profiles.front();
  unknown.id = {99};
  gpus[0].layout = Layout().with_unchecked(Slot(unknown, 0)).value();
  EXPECT_THAT(to_mig_parted(gpus).lost.front(), HasSubstr("the model has no such profile"));
}

// What was exported and applied to an empty GPU has the same instances.
TEST(MigPartedExportTest, ExportedLayoutsResolveToTheSameInstances) {
  const std::vector<ConfigGpu> gpus = config_gpus(parse_gpu_spec("h100-80gb-sxm5").value());
  for (const char* notation : {"3g.40gb@4 2g.20gb@0 2g.20gb@2", "7g.80gb@0[3c 2c 2c]", "-",
                               "1g.20gb@0 1g.10gb+me@5", "4g.40gb@0[1c 1c 2c] 3g.40gb@4"}) {
    const MigPartedConfig config = exported(notation).config;
    const MigPartedConfig read = parse_mig_parted(write_mig_parted(config), "f").value();
    const Resolution resolution = resolve_mig_parted(read, "now", gpus).value();
    const ExportGpu again{.gpu = gpus[0], .mig_enabled = true, .layout = resolution.gpus[0].layout};
    EXPECT_EQ(to_mig_parted(std::vector{again}, "now").config.labels, config.labels) << notation;
  }
}

}  // namespace
}  // namespace sectile
