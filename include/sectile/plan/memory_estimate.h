// How much memory a language model needs while it serves, and the smallest profile that has it.
//
//   weights      parameters x bits of a weight / 8
//   KV cache     2 x layers x KV heads x head dimension x bytes of an entry x context x concurrency
//   activations  tokens of a prefill step x hidden size x 34 bytes, one layer at a time
//   runtime      CUDA context, kernels, graphs and workspaces: 1 GiB
//   margin       a tenth of all that, for the allocator's fragments
//
// The first two are arithmetic; the KV cache is that of a full house: every request at the whole
// context. The others are rules of thumb (docs/decisions/0012-services.md names their sources), and
// so is the result: measure on a larger instance before it matters. Pure functions of values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/mib.h"
#include "sectile/base/result.h"
#include "sectile/geometry/model.h"

namespace sectile {

// How numbers are stored. Four bits take 4.5: a 16-bit scale for each 32 weights.
enum class NumberFormat : std::uint8_t { kFp32, kFp16, kBf16, kFp8, kInt8, kFp4, kInt4 };

inline constexpr NumberFormat kNumberFormats[] = {
    NumberFormat::kFp32, NumberFormat::kFp16, NumberFormat::kBf16, NumberFormat::kFp8,
    NumberFormat::kInt8, NumberFormat::kFp4,  NumberFormat::kInt4};

std::string_view to_string(NumberFormat format);                  // "fp8"
Result<NumberFormat> parse_number_format(std::string_view name);  // Names them on failure.
int half_bits(NumberFormat format);                               // Twice the bits: 9 for int4.

struct LanguageModel {
  std::int64_t parameters = 0;  // 1..kMaxParameters
  NumberFormat weights = NumberFormat::kFp16;
  NumberFormat kv_cache = NumberFormat::kFp16;
  std::int64_t context = 8192;  // Tokens of a request, prompt and answer. 1..kMaxContext
  int concurrency = 1;          // Requests at once. 1..kMaxConcurrency
  // Of the architecture; absent: as assumed_shape() says.
  std::optional<int> layers = {};
  std::optional<int> kv_heads = {};
  std::optional<int> head_dimension = {};

  friend bool operator==(const LanguageModel&, const LanguageModel&) = default;
};

inline constexpr std::int64_t kMaxParameters = 100'000'000'000'000;
inline constexpr std::int64_t kMaxContext = 100'000'000;
inline constexpr int kMaxConcurrency = 100'000;
inline constexpr int kMaxLayers = 10'000;
inline constexpr int kMaxHeads = 10'000;
inline constexpr int kMaxHeadDimension = 65'536;

// What a model of so many parameters usually looks like: the nearest of a well-known family.
struct ModelShape {
  std::string_view like;  // "Llama 3.1 8B"
  int layers = 0;
  int kv_heads = 0;
  int head_dimension = 0;
};
ModelShape assumed_shape(std::int64_t parameters);

struct MemoryEstimate {
  MiB weights = {};
  MiB kv_cache = {};
  MiB activations = {};
  MiB runtime = {};
  MiB margin = {};
  // What it was computed with.
  int layers = 0;
  int kv_heads = 0;
  int head_dimension = 0;
  std::int64_t hidden_size = 0;
  std::string assumed = {};  // "Llama 3.1 8B" if any part of the shape was assumed, or "".

  MiB least() const { return weights + kv_cache + activations + runtime; }
  MiB safe() const { return least() + margin; }
};

// Fails with kInvalidArgument for a figure out of its range.
Result<MemoryEstimate> estimate_memory(const LanguageModel& model);

// How a profile of a GPU stands to an estimate.
enum class MemoryFit : std::uint8_t { kSafe, kTight, kNone };  // With, only without margin, not.

MemoryFit memory_fit(const MemoryEstimate& estimate, const Profile& profile);

// The profile with the fewest memory slices, then the fewest compute slices, that is safe; plain
// profiles only. nullptr if none is.
const Profile* smallest_safe(const Model& model, const MemoryEstimate& estimate);

}  // namespace sectile
