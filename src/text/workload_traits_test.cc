#include "sectile/text/workload_traits.h"

#include <gmock/gmock.h>

#include "sectile/text/sectile_yaml.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;

TEST(WorkloadTraitsTest, ReadsParameters) {
  EXPECT_EQ(*parse_parameters("8B"), 8'000'000'000);
  EXPECT_EQ(*parse_parameters("8.03B"), 8'030'000'000);
  EXPECT_EQ(*parse_parameters("350M"), 350'000'000);
  EXPECT_EQ(*parse_parameters("1.5T"), 1'500'000'000'000);
  for (const std::string_view text : {"8", "", "B", "-8B", "8b", "nanB", "0B", "101T", "8 B"}) {
    EXPECT_FALSE(parse_parameters(text).has_value()) << text;
  }
}

TEST(WorkloadTraitsTest, ReadsTokens) {
  EXPECT_EQ(*parse_tokens("8192"), 8192);
  EXPECT_EQ(*parse_tokens("8k"), 8192);
  EXPECT_EQ(*parse_tokens("0.5k"), 512);
  EXPECT_EQ(*parse_tokens("1M"), 1'048'576);
  for (const std::string_view text : {"", "k", "0", "-1", "8K", "1e4", "96M"}) {
    EXPECT_FALSE(parse_tokens(text).has_value()) << text;
  }
}

TEST(WorkloadTraitsTest, WritesParametersShort) {
  for (const std::int64_t parameters :
       {std::int64_t{8'030'000'000}, std::int64_t{350'000'000}, std::int64_t{1},
        std::int64_t{1'234'567'891}, kMaxParameters}) {
    EXPECT_EQ(*parse_parameters(parameters_text(parameters)), parameters);
  }
  EXPECT_EQ(parameters_text(8'030'000'000), "8.03B");
}

constexpr std::string_view kFile = R"(apiVersion: sectile/v1
kind: Workloads
workloads:
  - name: chat
    count: 2
    llm: {params: 8B, dtype: fp8, kv-dtype: fp8, context: 8k, concurrency: 8, layers: 32}
    latency-critical: true
    busy: 30
  - memory: 9GiB
    trusted: true
    bursty: true
  - profile: 3g.40gb
    gpus: 2
)";

TEST(WorkloadTraitsTest, AreReadBesideTheWants) {
  const Result<WorkloadConfig> config = parse_workloads(kFile, "w.yaml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  ASSERT_EQ(config->traits.size(), 3U);
  EXPECT_TRUE(config->traits[0].latency_critical);
  EXPECT_EQ(config->traits[0].busy_percent, 30);
  const LanguageModel llm = config->traits[0].llm.value_or(LanguageModel());
  EXPECT_EQ(llm.context, 8192);
  EXPECT_EQ(llm.layers, 32);
  EXPECT_FALSE(llm.kv_heads.has_value());
  // What it needs is what was estimated for it.
  EXPECT_EQ(std::get<ByNeed>(config->workloads[0].what).memory_min, estimate_memory(llm)->safe());
  EXPECT_EQ(config->traits[1], (WorkloadTraits{.trusted = true, .bursty = true}));
  EXPECT_EQ(config->traits[2].gpus, 2);
}

TEST(WorkloadTraitsTest, AreWrittenAndReadBack) {
  const Result<WorkloadConfig> config = parse_workloads(kFile, "w.yaml");
  ASSERT_TRUE(config.has_value());
  const Result<WorkloadConfig> again = parse_workloads(write_workloads(*config), "again");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->workloads, config->workloads);
  EXPECT_EQ(again->traits, config->traits);
}

TEST(WorkloadTraitsTest, WhatSpansGpusIsNotPlanned) {
  const Result<WorkloadConfig> config = parse_workloads(kFile, "w.yaml");
  const Status plannable = check_plannable(*config);
  ASSERT_FALSE(plannable.has_value());
  EXPECT_EQ(plannable.error().code, ErrorCode::kUnsatisfiable);
  EXPECT_THAT(plannable.error().message, HasSubstr("workload 3 (1x3g.40gb) uses 2 GPUs at once"));
}

TEST(WorkloadTraitsTest, RefusesWithLineAndColumn) {
  struct Case {
    std::string item;
    std::string_view message;
  };
  for (const Case& c : {
           Case{"{memory: 9GiB, gpus: 0}", "w:4:26: gpus"},
           Case{"{memory: 9GiB, busy: 101}", "w:4:26: busy"},
           Case{"{memory: 9GiB, trusted: maybe}", "w:4:29: trusted"},
           Case{"{llm: {dtype: fp8}}", "params"},
           Case{"{llm: {params: 8}}", "w:4:20: '8' is no number of parameters with a unit"},
           Case{"{llm: {params: 8B, dtype: fp7}}", "w:4:31: no such number format"},
           Case{"{llm: {params: 8B, heads: 8}}", "heads"},
           Case{"{llm: {params: 8B}, memory: 9GiB}", "w:4:5: a workload with llm has no"},
           Case{"{llm: 8B}", "w:4:11: "},
       }) {
    const Result<WorkloadConfig> config = parse_workloads(
        "apiVersion: sectile/v1\nkind: Workloads\nworkloads:\n  - " + c.item + "\n", "w");
    ASSERT_FALSE(config.has_value()) << c.item;
    EXPECT_THAT(config.error().message, HasSubstr(std::string(c.message)));
  }
}

}  // namespace
}  // namespace sectile
