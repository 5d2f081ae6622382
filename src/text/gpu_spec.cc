#include "sectile/text/gpu_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sectile/geometry/catalogue.h"
#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

constexpr std::size_t kMaxSpecBytes = 16'384;

Result<GpuSpec> parse_part(std::string_view part, std::span<const Model> models, int gpus_max) {
  const auto [count, name] = internal::split_count(part, gpus_max);
  if (!count) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the count of '{}' is not from 1 to {}",
                                                         internal::printable(part), gpus_max));
  }
  if (name.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' names no GPU model", internal::printable(part)),
                "write a GPU SPEC such as 8xh100-80gb-sxm5, or several with commas between");
  }
  const Result<const Model*> model = find_model_among(name, models);
  if (!model) {
    return fail(model);
  }
  return GpuSpec{.model = *model, .count = *count};
}

}  // namespace

Result<std::vector<GpuSpec>> parse_gpu_spec(std::string_view text, std::span<const Model> models,
                                            int gpus_max) {
  if (text.size() > kMaxSpecBytes) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("a GPU SPEC of {} bytes is longer than {}",
                                                         text.size(), kMaxSpecBytes));
  }
  std::vector<GpuSpec> specs;
  int total = 0;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    const Result<GpuSpec> spec =
        parse_part(internal::trim(text.substr(0, comma)), models, gpus_max);
    if (!spec) {
      return fail(spec);
    }
    specs.push_back(*spec);
    total += spec->count;
    if (total > gpus_max) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("a GPU SPEC has {} GPUs at most", gpus_max));
    }
    text = more ? text.substr(comma + 1) : "";
  }
  return specs;
}

std::string to_string(std::span<const GpuSpec> specs) {
  std::string result;
  for (const GpuSpec& spec : specs) {
    result += fmt::format("{}{}x{}", result.empty() ? "" : ",", spec.count, spec.model->key);
  }
  return result;
}

std::vector<const Model*> expand(std::span<const GpuSpec> specs) {
  std::vector<const Model*> result;
  for (const GpuSpec& spec : specs) {
    result.insert(result.end(), static_cast<std::size_t>(spec.count), spec.model);
  }
  return result;
}

Result<const Model*> find_model_among(std::string_view key, std::span<const Model> models) {
  const auto found = std::ranges::find(models, key, &Model::key);
  if (found != models.end()) {
    return &*found;
  }
  return find_model(key);
}

}  // namespace sectile
