#include "sectile/text/advice.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/want_notation.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Model& h100() {
  return **find_model("h100-80gb-sxm5");
}

AdvisedWorkload advised(std::string name, std::int64_t mib, int count,
                        const WorkloadTraits& traits) {
  const Want want{.count = count, .what = ByNeed{.memory_min = {mib}}, .name = std::move(name)};
  return {.want = want,
          .traits = traits,
          .advice = advise(h100(), want, traits, {}).value_or(Advice())};
}

TEST(AdviceTextTest, PrintsTheRuleAndItsNumbers) {
  const AdvisedWorkload workloads[] = {
      advised("notebooks", 9000, 4, {}),
      advised("train", 1000, 1, {.gpus = 8}),
      advised("team", 3000, 5, {.trusted = true, .bursty = true}),
  };
  const std::string text = explain(workloads);
  EXPECT_THAT(text, HasSubstr("notebooks (4x): MIG slice: 1g.10gb of h100-80gb-sxm5\n"));
  EXPECT_THAT(text, HasSubstr("4 wanted, at most 7 on a GPU"));
  EXPECT_THAT(text, HasSubstr("train (1x): several GPUs: 8 x h100-80gb-sxm5, MIG off\n"));
  EXPECT_THAT(text, HasSubstr("team (5x): MPS: a share of one h100-80gb-sxm5, MIG off\n"));
  EXPECT_THAT(text, HasSubstr("wants: notebooks=4x1g.10gb\n"));
  EXPECT_THAT(text, HasSubstr("There is no P2P between instances"));
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 80U);
    begin = end + 1;
  }
}

TEST(AdviceTextTest, EveryRuleHasASentenceForItsNumbers) {
  // advise_test shows that each of these is reached; here, that each can be said.
  const std::int64_t whole = h100().whole().memory.value;
  for (const AdvisedWorkload& workload :
       {advised("a", 1, 1, {.gpus = 2}), advised("a", whole + 1, 1, {}), advised("a", whole, 1, {}),
        advised("a", 1, 1, {.busy_percent = 90}), advised("a", 11'000, 1, {}),
        advised("a", 1, 1, {.trusted = true, .latency_critical = true}),
        advised("a", 1, 2, {.trusted = true, .bursty = true, .busy_percent = 5}),
        advised("a", 1, 2, {.trusted = true, .bursty = true}),
        advised("a", 11'000, 4, {.trusted = true}), advised("a", 9000, 1, {.trusted = true})}) {
    EXPECT_THAT(explain({&workload, 1}), HasSubstr("because "));
    EXPECT_TRUE(nlohmann::json::accept(advice_json({&workload, 1})));
  }
}

TEST(AdviceTextTest, NoSliceNoWants) {
  const AdvisedWorkload workload = advised("train", 1000, 1, {.gpus = 8});
  EXPECT_TRUE(advised_wants({&workload, 1}).empty());
  EXPECT_THAT(explain({&workload, 1}), Not(HasSubstr("wants:")));
}

TEST(AdviceTextTest, JsonNamesRulesAndWants) {
  const AdvisedWorkload workload = advised("nb", 9000, 4, {});
  const auto json = nlohmann::json::parse(advice_json({&workload, 1}));
  EXPECT_EQ(json.at("schema"), "sectile/advice/v1");
  EXPECT_EQ(json.at("workloads")[0].at("sharing"), "slice");
  EXPECT_EQ(json.at("workloads")[0].at("profile"), "1g.10gb");
  EXPECT_EQ(json.at("workloads")[0].at("reasons")[0].at("rule"), "untrusted");
  EXPECT_EQ(json.at("wants"), "nb=4x1g.10gb");
}

TEST(AdviceTextTest, ShowsTheFormulaOfTheMemory) {
  const LanguageModel model{.parameters = 8'030'000'000, .weights = NumberFormat::kInt4};
  const Result<MemoryEstimate> estimate = estimate_memory(model);
  const std::string text = explain(model, *estimate);
  EXPECT_THAT(text, HasSubstr("8.03B parameters x 4.5 bits (int4)"));
  EXPECT_THAT(text, HasSubstr("2 x 32 layers x 8 KV heads x 128 x 16 bits x 8192 tokens x 1 req"));
  EXPECT_THAT(text, HasSubstr("assumed as Llama 3.1 8B's"));
  const Model* one[] = {&h100()};
  EXPECT_THAT(fits_table(one, *estimate), HasSubstr("smallest safe: 1g.10gb of h100-80gb-sxm5"));
  const auto json = nlohmann::json::parse(memory_json(one, model, *estimate));
  EXPECT_EQ(json.at("models")[0].at("smallest_safe"), "1g.10gb");
}

}  // namespace
}  // namespace sectile
