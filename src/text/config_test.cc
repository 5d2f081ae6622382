#include "sectile/text/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "sectile/text/notation.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTheirs =
    "version: v1\nmig-configs:\n  one: [{devices: all, mig-enabled: false}]\n"
    "  two: [{devices: all, mig-enabled: true, mig-devices: {4g.24gb: 1}}]\n";
constexpr const char* kOurs =
    "apiVersion: sectile/v1\nkind: Layout\nlayouts: {a: [{devices: all, layout: 2g@0 2g@2}]}\n";
constexpr const char* kWorkloads =
    "apiVersion: sectile/v1\nkind: Workloads\nworkloads: [{count: 3, profile: 2g}]\n";
constexpr const char* kPlan = R"({"schema": "sectile/plan/v1", "gpus": [{"name": "gpu1",
    "model": "a30-24gb", "layout": "-", "instances": []}]})";

Config load(std::string_view text) {
  return load_config(text, "f").value();
}

std::vector<ConfigGpu> gpus(std::string_view spec) {
  return config_gpus(parse_gpu_spec(spec).value());
}

TEST(ConfigTest, TellsTheKindsApart) {
  EXPECT_TRUE(std::holds_alternative<MigPartedConfig>(load(kTheirs)));
  EXPECT_TRUE(std::holds_alternative<LayoutConfig>(load(kOurs)));
  EXPECT_TRUE(std::holds_alternative<WorkloadConfig>(load(kWorkloads)));
  EXPECT_TRUE(std::holds_alternative<PlanDocument>(load(kPlan)));
}

TEST(ConfigTest, RefusesWhatIsNoneWithAHint) {
  const auto error_of = [](std::string_view text) { return load_config(text, "f").error(); };
  EXPECT_EQ(error_of("").message, "f: the file is empty");
  EXPECT_EQ(error_of("[]").message, "f:1:1: the file is no configuration");
  EXPECT_EQ(error_of("a: 1").message, "f:1:1: the file says not what it is");
  EXPECT_THAT(error_of("a: 1").next, HasSubstr("apiVersion: sectile/v1"));
  EXPECT_EQ(error_of("apiVersion: sectile/v1\nkind: Pod").message,
            "f:2:7: kind 'Pod' is not known");
  EXPECT_EQ(error_of("apiVersion: sectile/v1").message, "f:1:1: the file lacks the field 'kind'");
  EXPECT_EQ(error_of("mig-configs: {}").message, "f:1:1: the file lacks the field 'version'");
  EXPECT_THAT(error_of("a: [").message, HasSubstr("f:"));
}

TEST(ConfigTest, OneLabelIsImpliedAndSeveralMustBeChosen) {
  EXPECT_THAT(labels_of(load(kTheirs)), ElementsAre("one", "two"));
  EXPECT_EQ(select_label(load(kOurs), {}).value(), "a");
  EXPECT_EQ(select_label(load(kTheirs), "two").value(), "two");
  const Error several = select_label(load(kTheirs), {}).error();
  EXPECT_EQ(several.message, "f: the file has 2 labels");
  EXPECT_EQ(several.next, "choose one with -c: one, two");
  const Error none = select_label(load(kTheirs), "twoo").error();
  EXPECT_EQ(none.message, "f: there is no label 'twoo'");
  EXPECT_EQ(none.next, "did you mean two? the labels are one, two");
  EXPECT_EQ(select_label(load("version: v1"), {}).error().message, "f: the file has no label");
}

TEST(ConfigTest, WorkloadsAndPlansHaveNoLabels) {
  EXPECT_THAT(labels_of(load(kPlan)), IsEmpty());
  EXPECT_EQ(select_label(load(kWorkloads), {}).value(), "");
  EXPECT_THAT(select_label(load(kPlan), "x").error().message, HasSubstr("no labels in this file"));
}

TEST(ConfigTest, ManyLabelsAreNotAllListed) {
  std::string text = "version: v1\nmig-configs:\n";
  for (char c = 'a'; c <= 'z'; ++c) {
    text += std::string("  ") + c + c + ": [{devices: all, mig-enabled: false}]\n";
  }
  const std::string next = select_label(load(text), {}).error().next;
  EXPECT_THAT(next, HasSubstr("tt, ..."));
  EXPECT_EQ(next.find("uu"), std::string::npos);
}

TEST(ConfigTest, EveryKindResolves) {
  const std::vector<ConfigGpu> on = gpus("2xa30");
  const auto notation = [&](std::string_view text, const std::string& label, std::size_t gpu) {
    const Resolution resolution = resolve(load(text), label, on).value();
    return to_notation(*on[gpu].model, resolution.gpus.at(gpu).layout);
  };
  EXPECT_EQ(notation(kTheirs, "two", 0), "4g.24gb@0");
  EXPECT_EQ(notation(kOurs, "a", 1), "2g.12gb@0 2g.12gb@2");
  const Resolution packed = resolve(load(kWorkloads), "", on).value();
  EXPECT_EQ(packed.gpus.at(0).layout.size() + packed.gpus.at(1).layout.size(), 3U);
  EXPECT_FALSE(packed.gpus[0].exact);
  EXPECT_EQ(resolve(load(kPlan), "", on).value().gpus.at(0).gpu, 1U);
}

TEST(ConfigTest, WorkloadsThatDoNotFitAreUnsatisfiable) {
  EXPECT_EQ(resolve(load(kWorkloads), "", gpus("a30")).error().code, ErrorCode::kUnsatisfiable);
  std::vector<ConfigGpu> incapable = gpus("a30");
  incapable[0].capable = false;
  EXPECT_EQ(resolve(load(kWorkloads), "", incapable).error().code, ErrorCode::kInvalidArgument);
}

std::string example(const std::string& name) {
  std::ifstream stream(std::string(SECTILE_SOURCE_DIR) + "/examples/" + name);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The labels that nvidia-mig-parted documents, with what they give on 8 GPUs.
void expect_example_resolves(const std::string& file, std::string_view spec) {
  const Result<Config> config = load_config(example(file), file);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_THAT(labels_of(*config),
              ElementsAre("all-1g.10gb", "all-2g.20gb", "all-3g.40gb", "all-balanced",
                          "all-disabled", "all-enabled", "custom-config"));
  const std::vector<ConfigGpu> on = gpus(spec);
  const auto first = [&](const std::string& label) {
    const Resolution resolution = resolve(*config, label, on).value();
    EXPECT_EQ(resolution.gpus.size(), 8U) << label;
    return resolution.gpus.front();
  };
  EXPECT_EQ(first("all-1g.10gb").layout.size(), 7U);
  EXPECT_EQ(first("all-2g.20gb").layout.size(), 3U);
  EXPECT_EQ(first("all-3g.40gb").layout.size(), 2U);
  EXPECT_EQ(first("all-balanced").layout.size(), 4U);
  EXPECT_FALSE(first("all-disabled").mig_enabled);
  EXPECT_TRUE(first("all-enabled").mig_enabled);
  EXPECT_TRUE(first("all-enabled").layout.empty());
  const Resolution custom = resolve(*config, "custom-config", on).value();
  EXPECT_FALSE(custom.gpus[3].mig_enabled);
  EXPECT_EQ(custom.gpus[4].layout.size(), 7U);
  EXPECT_EQ(custom.gpus[5].layout.size(), 3U);
  EXPECT_EQ(custom.gpus[6].layout.size(), 2U);
  EXPECT_EQ(custom.gpus[7].layout.size(), 4U);
}

TEST(ConfigTest, TheDocumentedLabelsResolve) {
  expect_example_resolves("mig-parted-a100.yaml", "8xa100-80gb");
  expect_example_resolves("mig-parted-h100.yaml", "8xh100-80gb-sxm5");
}

}  // namespace
}  // namespace sectile
