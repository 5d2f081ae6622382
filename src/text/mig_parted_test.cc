#include "sectile/text/mig_parted.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

std::string error_of(std::string_view text) {
  const Result<MigPartedConfig> config = parse_mig_parted(text, "f.yaml");
  return config ? "" : config.error().message;
}

// An entry with these fields, in flow style as nvidia-mig-parted's own tests have it.
std::string entry_error(const std::string& fields) {
  return error_of("{version: v1, mig-configs: {a: [{" + fields + "}]}}");
}

MigPartedSpec entry(const std::string& fields) {
  return parse_mig_parted("{version: v1, mig-configs: {a: [{" + fields + "}]}}", "f.yaml")
      .value()
      .labels.at("a")
      .front();
}

TEST(MigPartedTest, ReadsEveryField) {
  const MigPartedConfig config = parse_mig_parted(R"(
version: v1
mig-configs:
  custom:
    - device-filter: ["0x20B010DE", "0x25B610DE:0x14A910DE"]
      devices: [0, 1]
      mig-enabled: true
      mig-devices:
        "1g.5gb": 2
        "3g.20gb": 1
    - devices: all
      mig-enabled: false
)",
                                                  "f.yaml")
                                     .value();
  const std::vector<MigPartedSpec>& specs = config.labels.at("custom");
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(specs[0].filters, (std::vector<std::string>{"0x20B010DE", "0x25B610DE:0x14A910DE"}));
  EXPECT_FALSE(specs[0].all_devices);
  EXPECT_EQ(specs[0].devices, (std::vector<unsigned>{0, 1}));
  EXPECT_TRUE(specs[0].mig_enabled);
  EXPECT_EQ(specs[0].mig_devices, (std::map<std::string, int>{{"1g.5gb", 2}, {"3g.20gb", 1}}));
  EXPECT_EQ(specs[0].position.line, 5);
  EXPECT_TRUE(specs[1].all_devices);
  EXPECT_FALSE(specs[1].mig_enabled);
}

// The documents that nvidia-mig-parted's tests accept and refuse.
TEST(MigPartedTest, AcceptsTheDocumentsThatMigPartedAccepts) {
  for (const char* text : {"",
                           R"({"version": "v1", "mig-configs": {"all-disabled": [{"devices": "all",
                               "mig-enabled": false}]}})",
                           R"({"version": "v1"})"}) {
    EXPECT_EQ(error_of(text), "") << text;
  }
}

TEST(MigPartedTest, RefusesTheDocumentsThatMigPartedRefuses) {
  const std::string good = R"("mig-configs": {"a": [{"devices": "all", "mig-enabled": false}]})";
  EXPECT_EQ(error_of(R"({"version": "v2", )" + good + "}"),
            "f.yaml:1:13: version 'v2' is not known");
  EXPECT_EQ(error_of(R"({"version": "v2"})"), "f.yaml:1:13: version 'v2' is not known");
  EXPECT_EQ(error_of("{" + good + "}"), "f.yaml:1:1: the file lacks the field 'version'");
  EXPECT_EQ(error_of(R"({"bogus": "field", "version": "v1", )" + good + "}"),
            "f.yaml:1:2: the file has no field 'bogus'");
  EXPECT_EQ(error_of(R"({"version": "v1", "mig-configs": {}})"),
            "f.yaml:1:34: mig-configs has no label");
  EXPECT_EQ(error_of("{}"), "f.yaml:1:1: the file lacks the field 'version'");
  EXPECT_EQ(error_of("[]"), "f.yaml:1:1: the file must be a map, and is a list");
  EXPECT_EQ(error_of("{version: v1, mig-configs: ~}"),
            "f.yaml:1:28: mig-configs must be a map, and is nothing");
  EXPECT_EQ(error_of("{version: v1, mig-configs: {a: []}}"), "f.yaml:1:29: 'a' has no entry");
  EXPECT_EQ(error_of("{version: v1, mig-configs: {a: {}}}"),
            "f.yaml:1:32: 'a' must be a list, and is a map");
}

TEST(MigPartedTest, AcceptsTheEntriesThatMigPartedAccepts) {
  for (
      const char* fields :
      {R"("devices": "all", "mig-enabled": true, "mig-devices": {"1g.5gb": 2})",
       R"("device-filter": "MODEL", "devices": "all", "mig-enabled": true, "mig-devices": {"1g.5gb": 2})",
       R"("device-filter": ["MODEL1", "MODEL2"], "devices": "all", "mig-enabled": false)",
       R"("devices": "all", "mig-enabled": false)", R"("devices": [0,1,2,3], "mig-enabled": false)",
       R"("devices": [], "mig-enabled": false)", R"("devices": all, "mig-enabled": false,)",
       R"("devices": "all", "mig-enabled": true, "mig-devices": {})",
       R"("devices": "all", "mig-enabled": false, "mig-devices": {})",
       R"("devices": "all", "mig-enabled": false, "mig-devices": null)",
       R"("devices": "all", "mig-enabled": true, "mig-devices": {"0g.0gb": 100})",
       R"("devices": "all", "mig-enabled": true, "mig-devices": {"1g.5gb": 0, "2g.10gb": 1})",
       R"("device-filter": "", "devices": "all", "mig-enabled": yes, "mig-devices": {})",
       R"("device-filter": [], "devices": "all", "mig-enabled": false)"}) {
    EXPECT_EQ(entry_error(fields), "") << fields;
  }
}

TEST(MigPartedTest, RefusesTheEntriesThatMigPartedRefuses) {
  const struct {
    const char* fields;
    const char* message;
  } cases[] = {
      {R"("mig-enabled": true, "mig-devices": {"1g.5gb": 2})",
       "an entry lacks the field 'devices'"},
      {R"("devices": "all", "mig-devices": {"1g.5gb": 2})",
       "an entry lacks the field 'mig-enabled'"},
      {R"("devices": "all", "mig-enabled": true)",
       "mig-devices is missing although mig-enabled is true"},
      {R"("devices": "all", "mig-enabled": true, "mig-devices": ~)",
       "mig-devices is missing although mig-enabled is true"},
      {R"("devices": "all", "mig-enabled": false, "mig-devices": {"1g.5gb": 1})",
       "mig-devices is given although mig-enabled is false"},
      {R"("devices": "all", "mig-enabled": true, "mig-devices": {"bogus": 2})",
       "'bogus' has not the form of a profile"},
      {R"("bogus": "field", "devices": "all", "mig-enabled": false)",
       "an entry has no field 'bogus'"},
      {R"("devices": "bogus", "mig-enabled": false)",
       "devices must be all or a list of GPU indices"},
      {R"("devices": {}, "mig-enabled": false)", "devices must be all or a list of GPU indices"},
      {R"("devices": 0, "mig-enabled": false)", "devices must be all or a list of GPU indices"},
      {R"("devices": ~, "mig-enabled": false)", "devices must be all or a list of GPU indices"},
      {R"("devices": ["0"], "mig-enabled": false)",
       "an item of devices must be a whole number, and is \"0\""},
      {R"("devices": [-1], "mig-enabled": false)",
       "an item of devices must be from 0 to 4095, and is -1"},
      {R"("devices": all, "mig-enabled": "true", "mig-devices": {})",
       "mig-enabled must be true or false, and is \"true\""},
      {R"("devices": all, "mig-enabled": true, "mig-devices": {"1g.5gb": -1})",
       "the count of 1g.5gb must be from 0 to 10000, and is -1"},
      {R"("devices": all, "mig-enabled": true, "mig-devices": {"1g.5gb": 99999999999})",
       "the count of 1g.5gb must be from 0 to 10000, and is 99999999999"},
      {R"("devices": all, "mig-enabled": true, "mig-devices": {"1g.5gb": 0})",
       "all counts of mig-devices are 0"},
      {R"("devices": all, "mig-enabled": true, "mig-devices": {"3g": 1})",
       "'3g' has not the form of a profile"},
      {R"("devices": all, "mig-enabled": true, "mig-devices": ["1g.5gb"])",
       "mig-devices must be a map, and is a list"},
      {R"("devices": all, "devices": all, "mig-enabled": false)", "'devices' stands here twice"},
      {R"("device-filter": 0x20B010DE, "devices": all, "mig-enabled": false)",
       "device-filter 0x20B010DE is a number"},
      {R"("device-filter": {}, "devices": all, "mig-enabled": false)",
       "device-filter must be text, and is a map"},
      {R"("device-filter": [""], "devices": all, "mig-enabled": false)",
       "an item of device-filter is empty"},
  };
  for (const auto& each : cases) {
    const std::string error = entry_error(each.fields);
    EXPECT_EQ(error.substr(0, 9), "f.yaml:1:") << error;
    EXPECT_EQ(error.substr(error.find(": ") + 2), each.message) << each.fields;
  }
}

TEST(MigPartedTest, LabelsAreNotEmptyNorEndless) {
  EXPECT_NE(error_of("{version: v1, mig-configs: {\"\": [{devices: all, mig-enabled: false}]}}"),
            "");
  const auto with_label = [](const std::string& label) {
    return error_of("{version: v1, mig-configs: {" + label +
                    ": [{devices: all, mig-enabled: false}]}}");
  };
  EXPECT_EQ(with_label(std::string(253, 'a')), "");
  EXPECT_NE(with_label(std::string(254, 'a')), "");
}

TEST(MigPartedTest, WrittenYamlAndJsonReadBackAsTheSame) {
  MigPartedConfig config{.file = "f.yaml", .labels = {}};
  config.labels["all-balanced"] = {
      entry("devices: all, mig-enabled: true, mig-devices: {1g.5gb: 2, 1c.2g.10gb+me: 1}"),
      entry("device-filter: x, devices: [3], mig-enabled: false")};
  config.labels["it's \"odd\"\t\xC3\xA9"] = {entry(
      R"(device-filter: ["0x20B010DE", "a\"b\n"], devices: [], mig-enabled: true, mig-devices: {})")};
  for (const char* word : {"true", "No", "~", "1", "null", "-", "a: b", "#x", "[x]", "y"}) {
    config.labels[word] = {entry("devices: all, mig-enabled: false")};
  }
  const Result<MigPartedConfig> yaml = parse_mig_parted(write_mig_parted(config), "f.yaml");
  ASSERT_TRUE(yaml) << yaml.error().message << "\n" << write_mig_parted(config);
  EXPECT_EQ(yaml->labels, config.labels);
  const Result<MigPartedConfig> json = parse_mig_parted(write_mig_parted_json(config), "f.json");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->labels, config.labels);
}

TEST(MigPartedTest, WritesAsPeopleWould) {
  const MigPartedConfig config{
      .file = "",
      .labels = {{"custom",
                  {entry(R"(device-filter: "0x20B010DE", devices: [0, 1], mig-enabled: true,
                            mig-devices: {1g.5gb: 7})"),
                   entry("devices: all, mig-enabled: true, mig-devices: {}")}}}};
  EXPECT_EQ(write_mig_parted(config), R"(version: v1
mig-configs:
  custom:
    - device-filter: "0x20B010DE"
      devices: [0, 1]
      mig-enabled: true
      mig-devices:
        "1g.5gb": 7
    - devices: all
      mig-enabled: true
      mig-devices: {}
)");
  EXPECT_EQ(write_mig_parted({}), "version: v1\n");
}

// The matrix of nvidia-mig-parted's tests: filter, device, subsystem, whether they match.
TEST(DeviceFilterTest, MatchesDeviceAndSubsystem) {
  const struct {
    const char* filter;
    std::uint32_t device;
    std::uint32_t subsystem;
    bool matches;
  } cases[] = {
      {"0x233010DE", 0x233010DE, 0x16C010DE, true},
      {"0x233010DE:0x16C010DE", 0x233010DE, 0x16C010DE, true},
      {"0x233010DE:0x16C110DE", 0x233010DE, 0x16C010DE, false},
      {"0x25B610DE:0x14A910DE", 0x25B610DE, 0, false},
      {"0x25B610DE:0x0", 0x25B610DE, 0, true},
      {"0x1E3010DE", 0x25B610DE, 0x14A910DE, false},
      {"590352606", 0x233010DE, 0, true},
  };
  for (const auto& each : cases) {
    const ConfigGpu gpu{.index = 0,
                        .uuid = {},
                        .pci_ids = {each.device},
                        .pci_subsystem = each.subsystem,
                        .capable = true,
                        .model = nullptr};
    EXPECT_EQ(parse_device_filter(each.filter).value().matches(gpu), each.matches) << each.filter;
  }
}

TEST(DeviceFilterTest, PrintsUpperCase) {
  EXPECT_EQ(to_string(parse_device_filter("0x25b610de:0X14a910de").value()),
            "0x25B610DE:0x14A910DE");
  EXPECT_EQ(to_string(DeviceFilter{.device = 0x10DE, .subsystem = {}}), "0x000010DE");
}

TEST(DeviceFilterTest, RefusesWhatIsNoId) {
  for (const char* text : {"", "not-a-device-id", "0x25B610DE:", "0x25B610DE:not-a-subsystem",
                           "0x25B610DE:0x14A910DE:extra", ":0x25B610DE", "0x", "0x1233010DE0", "-1",
                           " 0x25B610DE", "0x25B610DG"}) {
    EXPECT_FALSE(parse_device_filter(text)) << text;
  }
}

}  // namespace
}  // namespace sectile
