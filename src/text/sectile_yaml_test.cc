#include "sectile/text/sectile_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

using testing::HasSubstr;

constexpr const char* kLayoutHead = "apiVersion: sectile/v1\nkind: Layout\nlayouts:\n  a:\n    - ";

std::string entry_error(const std::string& fields) {
  const Result<LayoutConfig> config =
      parse_layout_config(kLayoutHead + ("{" + fields + "}"), "f.yaml");
  return config ? "" : config.error().message;
}

LayoutEntry entry(const std::string& fields) {
  return parse_layout_config(kLayoutHead + ("{" + fields + "}"), "f.yaml")
      .value()
      .labels.at("a")[0];
}

TEST(SectileYamlTest, ReadsEveryField) {
  const LayoutConfig config = parse_layout_config(R"(
apiVersion: sectile/v1
kind: Layout
layouts:
  teaching:
    - name: notebooks
      devices: [0, GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77, a30-24gb]
      layout: 3g.40gb@4 2g.20gb@0
    - devices: all
      mig: false
)",
                                                  "f.yaml")
                                  .value();
  const std::vector<LayoutEntry>& entries = config.labels.at("teaching");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "notebooks");
  EXPECT_EQ(entries[0].devices.indices, std::vector<unsigned>{0});
  EXPECT_EQ(entries[0].devices.uuids,
            std::vector<std::string>{"GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77"});
  EXPECT_EQ(entries[0].devices.models, std::vector<std::string>{"a30-24gb"});
  EXPECT_EQ(std::get<LayoutText>(entries[0].source).notation, "3g.40gb@4 2g.20gb@0");
  EXPECT_EQ(entries[0].position.line, 6);
  EXPECT_TRUE(entries[1].devices.all);
  EXPECT_FALSE(entries[1].mig_enabled);
}

TEST(SectileYamlTest, ReadsStrategiesAndWants) {
  const StrategyRequest request = std::get<StrategyRequest>(
      entry("devices: all, strategy: {name: mixed, profile-set: [1g, 3g.40gb], parts: 2, "
            "fill: true, profile: whole}")
          .source);
  EXPECT_EQ(request.strategy, Strategy::kMixed);
  EXPECT_EQ(request.profile_set, (std::vector<std::string>{"1g", "3g.40gb"}));
  EXPECT_EQ(request.parts, 2);
  EXPECT_TRUE(request.fill);
  EXPECT_EQ(request.profile, "whole");
  EXPECT_EQ(
      std::get<StrategyRequest>(entry("devices: all, strategy: memory-balanced").source).strategy,
      Strategy::kMemoryBalanced);
  const LayoutEntry by_text = entry("devices: all, wants: '2x3g.40gb,x=14x>=9GiB/1c'");
  const LayoutEntry by_list = entry(
      "devices: all, wants: [{count: 2, profile: 3g.40gb}, {name: x, count: 14, memory: 9GiB, "
      "compute: 1}]");
  EXPECT_EQ(by_text, by_list);
}

TEST(SectileYamlTest, RefusesEntriesWithTheReason) {
  const struct {
    const char* fields;
    const char* message;
  } cases[] = {
      {"layout: '-'", "an entry lacks the field 'devices'"},
      {"devices: all", "an entry has one of layout, strategy and wants"},
      {"devices: all, layout: '-', strategy: mixed", "an entry has one of"},
      {"devices: all, mig: false, layout: '-'", "mig is false"},
      {"devices: all, mig: maybe, layout: '-'", "mig must be true or false"},
      {"devices: all, layout: [x]", "layout must be text"},
      {"devices: 0, layout: '-'", "devices must be all or a list"},
      {"devices: [], layout: '-'", "devices must be all or a list that is not empty"},
      {"devices: [all], layout: '-'", "'all' is no index, no UUID and no model"},
      {"devices: [-1], layout: '-'", "'-1' is no index"},
      {"devices: [4096], layout: '-'", "must be from 0 to 4095"},
      {"devices: ['0'], layout: '-'", "'0' is no index"},
      {"devices: [GPU-xyz], layout: '-'", "'GPU-xyz' is no index"},
      {"devices: [GPU-], layout: '-'", "'GPU-' is no index"},
      {"devices: [H100], layout: '-'", "'H100' is no index"},
      {"devices: [{}], layout: '-'", "an item of devices must be text"},
      {"devices: all, strategy: best", "best"},
      {"devices: all, strategy: custom", "custom needs no strategy"},
      {"devices: all, strategy: {parts: 2}", "strategy lacks the field 'name'"},
      {"devices: all, strategy: {name: mixed, bogus: 2}", "strategy has no field 'bogus'"},
      {"devices: all, strategy: {name: mixed, parts: 0}", "parts must be from 1 to 64"},
      {"devices: all, strategy: {name: mixed, profile: big}", "profile 'big' has not the form"},
      {"devices: all, strategy: {name: mixed, profile-set: 1g}", "profile-set must be a list"},
      {"devices: all, wants: []", "wants must have from 1 to 256 items, and has 0"},
      {"devices: all, wants: 2x", "'' is no want"},
      {"devices: all, wants: [{}]", "a workload has either profile, or memory and compute"},
      {"devices: all, wants: [{profile: 3g, memory: 9GiB}]", "a workload has either"},
      {"devices: all, wants: [{profile: 3g, graphics: true}]", "a workload has either"},
      {"devices: all, wants: [{graphics: true}]", "a workload has either"},
      {"devices: all, wants: [{memory: 9GB}]", "'9GB' is no amount of memory"},
      {"devices: all, wants: [{memory: 9}]", "'9' is no amount of memory"},
      {"devices: all, wants: [{compute: 0}]", "compute must be from 1 to 64"},
      {"devices: all, wants: [{profile: 3g, count: 0}]", "count must be from 1 to 1000"},
      {"devices: all, wants: [{profile: 3g, name: a b}]", "'a b' is no name of a workload"},
      {"devices: all, wants: [{profile: 3g, bogus: 1}]", "a workload has no field 'bogus'"},
      {"devices: all, layout: '-', bogus: 1", "an entry has no field 'bogus'"},
      {"devices: all, layout: '-', name: ''", "a name has 1 to 200 bytes"},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(entry_error(each.fields), HasSubstr(each.message)) << each.fields;
    EXPECT_EQ(entry_error(each.fields).substr(0, 9), "f.yaml:5:") << entry_error(each.fields);
  }
}

TEST(SectileYamlTest, RefusesFilesWithTheReason) {
  const auto error_of = [](std::string_view text) {
    return parse_layout_config(text, "f.yaml").error().message;
  };
  EXPECT_EQ(error_of("kind: Layout\nlayouts: {}\n"),
            "f.yaml:1:1: the file lacks the field 'apiVersion'");
  EXPECT_EQ(error_of("apiVersion: sectile/v2\nkind: Layout\n"),
            "f.yaml:1:13: apiVersion 'sectile/v2' is not known");
  EXPECT_EQ(error_of("apiVersion: sectile/v1\nkind: Wants\nlayouts: {}\n"),
            "f.yaml:2:7: kind 'Wants' is not Layout");
  EXPECT_EQ(error_of("apiVersion: sectile/v1\nkind: Layout\nlayouts: {}\n"),
            "f.yaml:3:10: layouts has no label");
  EXPECT_EQ(error_of("apiVersion: sectile/v1\nkind: Layout\nlayouts: {a: []}\n"),
            "f.yaml:3:11: 'a' has no entry");
  EXPECT_EQ(error_of("apiVersion: sectile/v1\nkind: Layout\nlayouts: {a: [{devices: all, layout: "
                     "'-'}]}\nx: 1\n"),
            "f.yaml:4:1: the file has no field 'x'");
  EXPECT_EQ(error_of(""), "f.yaml: the file must be a map, and is nothing");
}

TEST(SectileYamlTest, WrittenFilesReadBackAsTheSame) {
  LayoutConfig config;
  config.labels["a"] = {
      entry("name: \"it's \\\"odd\\\" \\t\xC3\xA9\", devices: [3, a30-24gb, GPU-0a], layout: "
            "\"3g@4\\n1g\""),
      entry("devices: all, mig: false"),
      entry("devices: all, layout: ''"),
      entry("devices: all, strategy: high-performance"),
      entry("devices: all, strategy: {name: all-balanced, profile: 1g.10gb+me, fill: yes}"),
      entry("devices: all, strategy: {name: mixed, profile-set: [1g, 2g], parts: 3}"),
      entry("devices: all, wants: 'train=2x3g.40gb,1x>=9GiB/3c/gfx'")};
  config.labels["no"] = {entry("devices: all, mig: off")};
  const Result<LayoutConfig> again = parse_layout_config(write_layout_config(config), "f");
  ASSERT_TRUE(again) << again.error().message << "\n" << write_layout_config(config);
  EXPECT_EQ(again->labels, config.labels);
}

TEST(SectileYamlTest, WorkloadsAreReadAndWritten) {
  const WorkloadConfig config = parse_workloads(R"(
apiVersion: sectile/v1
kind: Workloads
workloads:
  - name: train
    count: 2
    profile: 3g.40gb
  - memory: 9728MiB
    compute: 1
    graphics: true
  - compute: 3
)",
                                                "f.yaml")
                                    .value();
  EXPECT_EQ(
      config.workloads,
      (std::vector<Want>{{.count = 2, .what = ByProfile{.label = "3g.40gb"}, .name = "train"},
                         {.count = 1,
                          .what = ByNeed{.memory_min = {9728}, .compute_min = 1, .graphics = true},
                          .name = {}},
                         {.count = 1,
                          .what = ByNeed{.memory_min = {}, .compute_min = 3, .graphics = false},
                          .name = {}}}));
  EXPECT_EQ(parse_workloads(write_workloads(config), "f").value().workloads, config.workloads);
}

TEST(SectileYamlTest, RefusesWorkloadsWithTheReason) {
  const auto error_of = [](const std::string& rest) {
    return parse_workloads("apiVersion: sectile/v1\nkind: Workloads\n" + rest, "f").error().message;
  };
  EXPECT_EQ(error_of(""), "f:1:1: the file lacks the field 'workloads'");
  EXPECT_EQ(error_of("workloads: []"),
            "f:3:12: workloads must have from 1 to 256 items, and has 0");
  EXPECT_EQ(error_of("workloads: [{profile: 3g}]\nx: 1"), "f:4:1: the file has no field 'x'");
  EXPECT_EQ(parse_workloads("apiVersion: sectile/v1\nkind: Layout\n", "f").error().message,
            "f:2:7: kind 'Layout' is not Workloads");
}

}  // namespace
}  // namespace sectile
