#include "src/plan/nearest.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "src/plan/describe.h"

namespace sectile::internal {
namespace {

inline constexpr std::int64_t kStepsMax = 30'000;  // A hint need not be the very nearest.

// The layouts that serve `wants`; nothing if they do not fit.
std::optional<std::vector<Layout>> layouts_for(std::span<const PlanGpu> gpus,
                                               std::span<const Want> wants, ShapeMemory& memory) {
  const Attempt tried = attempt(gpus, wants, {.steps_max = kStepsMax}, memory);
  if (!tried.complete()) {
    return std::nullopt;
  }
  return finish(tried, gpus, wants).layouts;
}

std::optional<Alternative> with_fewer(const Attempt& tried, std::span<const PlanGpu> gpus,
                                      std::span<const Want> wants, ShapeMemory& memory) {
  Alternative result;
  std::vector<std::string> dropped;
  const std::vector<int> counts = unplaced(tried, wants);
  for (std::size_t i = 0; i < wants.size(); ++i) {
    Want rest = wants[i];
    rest.count -= counts[i];
    if (counts[i] > 0) {
      dropped.push_back(std::to_string(counts[i]) + "x " + describe(wants[i]));
    }
    if (rest.count > 0) {
      result.wants.push_back(std::move(rest));
    }
  }
  for (std::size_t k = 0; k < tried.demand.classes.size(); ++k) {
    result.distance += std::int64_t{tried.answer.dropped[k]} * tried.demand.classes[k].slices;
  }
  result.difference = "without " + listed(dropped);
  std::optional<std::vector<Layout>> layouts = layouts_for(gpus, result.wants, memory);
  if (result.wants.empty() || !layouts) {
    return std::nullopt;
  }
  result.layouts = *std::move(layouts);
  return result;
}

// For each class, how many instances get which smaller profile.
using Replacements = std::vector<std::map<std::string, int>>;

Replacements replacements(const Attempt& tried, std::int64_t& distance) {
  Replacements result(tried.demand.classes.size());
  for (std::size_t i = 0; i < tried.kinds.size(); ++i) {
    for (const std::size_t column : tried.answer.columns[i]) {
      for (const Filling* filling : tried.kinds[i].patterns[column].fillings) {
        distance += filling->given_up;
        if (filling->given_up > 0) {
          ++result[filling->parts.front().demand_class][filling->profile->name];
        }
      }
    }
  }
  return result;
}

std::optional<Alternative> with_smaller(std::span<const PlanGpu> gpus, std::span<const Want> wants,
                                        ShapeMemory& memory) {
  const Attempt tried =
      attempt(gpus, wants, {.shrink = Shrink::kYes, .steps_max = kStepsMax}, memory);
  if (!tried.complete()) {
    return std::nullopt;
  }
  Alternative result{.wants = {wants.begin(), wants.end()}};
  std::vector<std::string> changes;
  Replacements left = replacements(tried, result.distance);
  for (std::size_t k = 0; k < left.size(); ++k) {
    const std::vector<std::size_t>& members = tried.demand.classes[k].wants;
    for (auto& [profile, count] : left[k]) {
      for (auto want = members.rbegin(); want != members.rend(); ++want) {
        const int moved = std::min(count, result.wants[*want].count);
        if (moved == 0) {
          continue;
        }
        count -= moved;
        result.wants[*want].count -= moved;
        result.wants.push_back(
            {.count = moved, .what = ByProfile{profile}, .name = wants[*want].name});
        changes.push_back(std::to_string(moved) + "x " + profile + " instead of " +
                          describe(wants[*want]));
      }
    }
  }
  std::erase_if(result.wants, [](const Want& want) { return want.count == 0; });
  result.difference = listed(changes);
  std::optional<std::vector<Layout>> layouts = layouts_for(gpus, result.wants, memory);
  if (!layouts) {
    return std::nullopt;
  }
  result.layouts = *std::move(layouts);
  return result;
}

std::vector<PlanGpu> with_added(std::span<const PlanGpu> gpus, const Model& model, int added) {
  std::vector<PlanGpu> more(gpus.begin(), gpus.end());
  for (int i = 1; i <= added; ++i) {
    more.push_back({.name = "added" + std::to_string(i), .model = &model});
  }
  return more;
}

std::optional<Alternative> with_more(const Model& model, std::span<const PlanGpu> gpus,
                                     std::span<const Want> wants, ShapeMemory& memory) {
  const std::vector<PlanGpu> more = with_added(gpus, model, kMaxAddedGpus);
  const Attempt tried = attempt(more, wants, {.steps_max = kStepsMax}, memory);
  if (!tried.complete()) {
    return std::nullopt;
  }
  Alternative result{.wants = {wants.begin(), wants.end()},
                     .layouts = finish(tried, more, wants).layouts};
  // Of GPUs that are alike the first are used first, so that the unused ones come last.
  while (result.layouts.size() > gpus.size() && result.layouts.back().empty()) {
    result.layouts.pop_back();
  }
  const auto added = static_cast<int>(result.layouts.size() - gpus.size());
  result.difference = "on " + number_of(static_cast<int>(result.layouts.size()), "GPU") + ": " +
                      std::to_string(added) + " more " + model.key;
  result.distance = std::int64_t{added} * (model.memory_slices + model.compute_slices);
  return result;
}

}  // namespace

std::vector<Alternative> nearest(const Attempt& tried, std::span<const PlanGpu> gpus,
                                 std::span<const Want> wants, ShapeMemory& memory) {
  std::vector<Alternative> found;
  const auto keep = [&](std::optional<Alternative> alternative) {
    if (alternative) {
      found.push_back(*std::move(alternative));
    }
  };
  keep(with_fewer(tried, gpus, wants, memory));
  keep(with_smaller(gpus, wants, memory));
  std::optional<Alternative> more;
  for (const Model* model : tried.demand.models) {
    std::optional<Alternative> next = with_more(*model, gpus, wants, memory);
    if (next && (!more || next->distance < more->distance)) {
      more = std::move(next);
    }
  }
  keep(std::move(more));
  std::ranges::stable_sort(found, {}, &Alternative::distance);
  return found;
}

}  // namespace sectile::internal
