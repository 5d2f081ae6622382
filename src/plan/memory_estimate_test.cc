#include "sectile/plan/memory_estimate.h"

#include <gtest/gtest.h>

#include <limits>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

// Llama 3.1 8B as its configuration has it.
constexpr LanguageModel kLlama{.parameters = 8'030'000'000,
                               .weights = NumberFormat::kFp16,
                               .kv_cache = NumberFormat::kFp16,
                               .context = 8192,
                               .concurrency = 1,
                               .layers = 32,
                               .kv_heads = 8,
                               .head_dimension = 128};

TEST(MemoryEstimateTest, AddsUpWhatALanguageModelHolds) {
  const Result<MemoryEstimate> estimate = estimate_memory(kLlama);
  ASSERT_TRUE(estimate.has_value());
  EXPECT_EQ(estimate->weights.value, 15'317);  // 8.03e9 x 2 bytes, rounded up
  // 2 x 32 x 8 x 128 x 2 bytes = 128 KiB a token: known of this model.
  EXPECT_EQ(estimate->kv_cache.value, 1024);
  EXPECT_EQ(estimate->hidden_size, 4573);
  EXPECT_EQ(estimate->activations.value, 304);  // 2048 x 4573 x 34 bytes
  EXPECT_EQ(estimate->runtime.value, 1024);
  EXPECT_EQ(estimate->least().value, 15'317 + 1024 + 304 + 1024);
  EXPECT_EQ(estimate->margin.value, 1767);
  EXPECT_EQ(estimate->safe().value, 17'669 + 1767);
  EXPECT_EQ(estimate->assumed, "");
}

TEST(MemoryEstimateTest, ScalesAsTheFormulasSay) {
  LanguageModel model = kLlama;
  const std::int64_t one = estimate_memory(model)->kv_cache.value;
  model.concurrency = 16;
  EXPECT_EQ(estimate_memory(model)->kv_cache.value, 16 * one);
  model.context *= 4;
  EXPECT_EQ(estimate_memory(model)->kv_cache.value, 64 * one);
  model.kv_cache = NumberFormat::kFp8;
  EXPECT_EQ(estimate_memory(model)->kv_cache.value, 32 * one);
  model.weights = NumberFormat::kInt4;
  EXPECT_EQ(estimate_memory(model)->weights.value, 4308);  // 4.5 bits
}

TEST(MemoryEstimateTest, AssumesAShapeAndSaysSo) {
  LanguageModel model{.parameters = 8'000'000'000};
  const Result<MemoryEstimate> estimate = estimate_memory(model);
  ASSERT_TRUE(estimate.has_value());
  EXPECT_EQ(estimate->layers, 32);
  EXPECT_EQ(estimate->assumed, "Llama 3.1 8B");
  model.layers = 40;
  EXPECT_EQ(estimate_memory(model)->layers, 40);
  EXPECT_EQ(estimate_memory(model)->assumed, "Llama 3.1 8B") << "heads are still assumed";
  EXPECT_EQ(assumed_shape(1).layers, 16);
  EXPECT_EQ(assumed_shape(kMaxParameters).layers, 126);
}

TEST(MemoryEstimateTest, FindsTheSmallestSafeProfile) {
  const Model& h100 = **find_model("h100-80gb-sxm5");
  LanguageModel model = kLlama;
  const Result<MemoryEstimate> estimate = estimate_memory(model);
  // 19436 of 20096 MiB: 2g.20gb has it, and 1g.20gb has it with fewer compute slices.
  ASSERT_NE(smallest_safe(h100, *estimate), nullptr);
  EXPECT_EQ(smallest_safe(h100, *estimate)->name, "1g.20gb");
  // The name says 20, the driver of an A100 gives 19968: still safe; of an A100 40GB, 19968 too.
  model.concurrency = 2;
  const Result<MemoryEstimate> more = estimate_memory(model);
  EXPECT_EQ(memory_fit(*more, *h100.find_by_name("2g.20gb")), MemoryFit::kTight);
  EXPECT_EQ(memory_fit(*more, *h100.find_by_name("1g.10gb")), MemoryFit::kNone);
  EXPECT_EQ(smallest_safe(h100, *more)->name, "3g.40gb");
  model.concurrency = 1000;
  EXPECT_EQ(smallest_safe(h100, *estimate_memory(model)), nullptr);
}

TEST(MemoryEstimateTest, RefusesAbsurdFigures) {
  const auto refused = [](auto change) {
    LanguageModel model = kLlama;
    change(model);
    const Result<MemoryEstimate> estimate = estimate_memory(model);
    return !estimate && estimate.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](LanguageModel& m) { m.parameters = 0; }));
  EXPECT_TRUE(refused([](LanguageModel& m) { m.parameters = kMaxParameters + 1; }));
  EXPECT_TRUE(refused([](LanguageModel& m) { m.context = -5; }));
  EXPECT_TRUE(refused([](LanguageModel& m) { m.concurrency = kMaxConcurrency + 1; }));
  EXPECT_TRUE(refused([](LanguageModel& m) { m.layers = 0; }));
  EXPECT_TRUE(refused([](LanguageModel& m) { m.kv_heads = 1'000'000; }));
  EXPECT_TRUE(refused([](LanguageModel& m) { m.head_dimension = -1; }));
}

TEST(MemoryEstimateTest, DoesNotOverflowAtItsLimits) {
  const Result<MemoryEstimate> estimate = estimate_memory({.parameters = kMaxParameters,
                                                           .weights = NumberFormat::kFp32,
                                                           .kv_cache = NumberFormat::kFp32,
                                                           .context = kMaxContext,
                                                           .concurrency = kMaxConcurrency,
                                                           .layers = kMaxLayers,
                                                           .kv_heads = kMaxHeads,
                                                           .head_dimension = kMaxHeadDimension});
  ASSERT_TRUE(estimate.has_value());
  EXPECT_GT(estimate->safe().value, std::int64_t{1} << 40U);
}

TEST(MemoryEstimateTest, NamesNumberFormats) {
  for (const NumberFormat format : kNumberFormats) {
    EXPECT_EQ(*parse_number_format(to_string(format)), format);
  }
  EXPECT_FALSE(parse_number_format("fp12").has_value());
}

}  // namespace
}  // namespace sectile
