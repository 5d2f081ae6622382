#include "sectile/plan/memory_estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace sectile {
namespace {

__extension__ using Wide = __int128;  // A cache of absurd but legal figures exceeds 64 bits.

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20U;
constexpr std::int64_t kPrefillTokens = 2048;     // At once; longer prompts go in chunks.
constexpr std::int64_t kBytesPerActivation = 34;  // Of a token and hidden unit in one layer.
constexpr MiB kRuntime{1024};
constexpr int kMarginDivisor = 10;
constexpr double kPerLayer = 12;  // Parameters of a layer, by the square of the hidden size.
constexpr std::int64_t kMaxMiB = std::int64_t{1} << 40U;

struct Format {
  std::string_view name;
  int half_bits;
};

// In the order of NumberFormat.
constexpr std::array<Format, 7> kFormats = {
    {{"fp32", 64}, {"fp16", 32}, {"bf16", 32}, {"fp8", 16}, {"int8", 16}, {"fp4", 9}, {"int4", 9}}};

struct Known {
  std::int64_t parameters;
  ModelShape shape;
};

// Llama 3's model cards and configurations.
constexpr std::array<Known, 5> kKnown = {{
    {1'240'000'000, {.like = "Llama 3.2 1B", .layers = 16, .kv_heads = 8, .head_dimension = 64}},
    {3'210'000'000, {.like = "Llama 3.2 3B", .layers = 28, .kv_heads = 8, .head_dimension = 128}},
    {8'030'000'000, {.like = "Llama 3.1 8B", .layers = 32, .kv_heads = 8, .head_dimension = 128}},
    {70'600'000'000, {.like = "Llama 3.1 70B", .layers = 80, .kv_heads = 8, .head_dimension = 128}},
    {405'900'000'000,
     {.like = "Llama 3.1 405B", .layers = 126, .kv_heads = 8, .head_dimension = 128}},
}};

// Whole MiB, rounded up.
MiB mebibytes(Wide bytes) {
  const Wide mib = (bytes + kMebibyte - 1) / kMebibyte;
  return {static_cast<std::int64_t>(std::min<Wide>(mib, kMaxMiB))};
}

std::unexpected<Error> out_of_range(std::string_view what, std::int64_t value, std::int64_t most) {
  return fail(ErrorCode::kInvalidArgument, std::string(what) + " must be from 1 to " +
                                               std::to_string(most) + ", and is " +
                                               std::to_string(value));
}

Status check(const LanguageModel& model) {
  struct Range {
    std::string_view what;
    std::int64_t value;
    std::int64_t most;
  };
  for (const Range& range :
       {Range{"the number of parameters", model.parameters, kMaxParameters},
        Range{"the context", model.context, kMaxContext},
        Range{"the concurrency", model.concurrency, kMaxConcurrency},
        Range{"the number of layers", model.layers.value_or(1), kMaxLayers},
        Range{"the number of KV heads", model.kv_heads.value_or(1), kMaxHeads},
        Range{"the head dimension", model.head_dimension.value_or(1), kMaxHeadDimension}}) {
    if (range.value < 1 || range.value > range.most) {
      return out_of_range(range.what, range.value, range.most);
    }
  }
  return {};
}

// A decoder has about 12 x layers x hidden size^2 parameters.
std::int64_t hidden_size(std::int64_t parameters, int layers) {
  return static_cast<std::int64_t>(
      std::ceil(std::sqrt(static_cast<double>(parameters) / (kPerLayer * layers))));
}

}  // namespace

std::string_view to_string(NumberFormat format) {
  return kFormats[static_cast<std::size_t>(format)].name;
}

int half_bits(NumberFormat format) {
  return kFormats[static_cast<std::size_t>(format)].half_bits;
}

Result<NumberFormat> parse_number_format(std::string_view name) {
  for (const NumberFormat format : kNumberFormats) {
    if (to_string(format) == name) {
      return format;
    }
  }
  return fail(ErrorCode::kInvalidArgument, "no such number format: '" + std::string(name) + "'",
              "it is one of fp32, fp16, bf16, fp8, int8, fp4, int4");
}

ModelShape assumed_shape(std::int64_t parameters) {
  // The nearest by ratio, and the larger one in doubt.
  const auto distance = [&](const Known& known) {
    const auto a = static_cast<double>(known.parameters);
    const auto b = static_cast<double>(parameters);
    return std::max(a, b) / std::min(a, b);
  };
  const Known* best = kKnown.data();
  for (const Known& known : kKnown) {
    best = distance(known) <= distance(*best) ? &known : best;
  }
  return best->shape;
}

Result<MemoryEstimate> estimate_memory(const LanguageModel& model) {
  if (const Status sound = check(model); !sound) {
    return fail(sound);
  }
  const ModelShape shape = assumed_shape(model.parameters);
  const bool known = model.layers && model.kv_heads && model.head_dimension;
  MemoryEstimate estimate{.layers = model.layers.value_or(shape.layers),
                          .kv_heads = model.kv_heads.value_or(shape.kv_heads),
                          .head_dimension = model.head_dimension.value_or(shape.head_dimension),
                          .assumed = known ? "" : std::string(shape.like)};
  estimate.hidden_size = hidden_size(model.parameters, estimate.layers);
  estimate.weights =
      mebibytes((static_cast<Wide>(model.parameters) * half_bits(model.weights) + 15) / 16);
  // Step by step, so that no product of legal figures is too large.
  const Wide entry = Wide{2} * estimate.layers * estimate.kv_heads * estimate.head_dimension *
                     half_bits(model.kv_cache) / 16;
  estimate.kv_cache = mebibytes(entry * model.context * model.concurrency);
  const std::int64_t tokens =
      std::min<std::int64_t>(kPrefillTokens, model.context * model.concurrency);
  estimate.activations =
      mebibytes(static_cast<Wide>(tokens) * estimate.hidden_size * kBytesPerActivation);
  estimate.runtime = kRuntime;
  estimate.margin = {(estimate.least().value + kMarginDivisor - 1) / kMarginDivisor};
  return estimate;
}

MemoryFit memory_fit(const MemoryEstimate& estimate, const Profile& profile) {
  if (profile.memory >= estimate.safe()) {
    return MemoryFit::kSafe;
  }
  return profile.memory >= estimate.least() ? MemoryFit::kTight : MemoryFit::kNone;
}

const Profile* smallest_safe(const Model& model, const MemoryEstimate& estimate) {
  const Profile* best = nullptr;
  for (const Profile& profile : model.profiles) {
    const bool plain = profile.media == Media::kPlain && !profile.graphics;
    if (!plain || memory_fit(estimate, profile) != MemoryFit::kSafe) {
      continue;
    }
    const auto size = [](const Profile& p) { return std::pair(p.memory_slices, p.compute_slices); };
    best = best == nullptr || size(profile) < size(*best) ? &profile : best;
  }
  return best;
}

}  // namespace sectile
