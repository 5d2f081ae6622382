// GPU SPEC: GPUs that need not be in this machine, "8xh100-80gb-sxm5" or "4xa100-80gb,2xa30-24gb".
//
// Pure functions; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"

namespace sectile {

inline constexpr int kMaxSpecGpus = 1024;  // In one GPU SPEC, all its parts together.
// The same where alike GPUs are planned together, however many they are.
inline constexpr int kMaxCountedGpus = 1'000'000;

struct GpuSpec {
  const Model* model = nullptr;
  int count = 1;

  friend bool operator==(const GpuSpec&, const GpuSpec&) = default;
};

// One or more of "[COUNTx]MODEL", with commas between; white space around a part is ignored.
// `models`: looked up by exact key before the catalogue; they must outlive the result. Fails with
// kInvalidArgument for what is no GPU SPEC and for counts outside 1..gpus_max, and with
// kUnavailable, naming the nearest, for a model that nobody knows.
Result<std::vector<GpuSpec>> parse_gpu_spec(std::string_view text,
                                            std::span<const Model> models = {},
                                            int gpus_max = kMaxSpecGpus);

// "4xa100-80gb,1xa30-24gb"; parse_gpu_spec() reads it back.
std::string to_string(std::span<const GpuSpec> specs);

// One pointer for each GPU, in order: what planners want.
std::vector<const Model*> expand(std::span<const GpuSpec> specs);

// The model with exactly this key in `models`, or else what find_model() finds in the catalogue.
Result<const Model*> find_model_among(std::string_view key, std::span<const Model> models);

}  // namespace sectile
