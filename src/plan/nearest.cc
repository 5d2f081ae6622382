#include "src/plan/nearest.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "sectile/base/check.h"
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

std::vector<const Filling*> chosen_fillings(const Attempt& tried) {
  std::vector<const Filling*> chosen;
  for (std::size_t i = 0; i < tried.kinds.size(); ++i) {
    for (const std::size_t column : tried.answer.columns[i]) {
      const Pattern& pattern = tried.kinds[i].patterns[column];
      chosen.insert(chosen.end(), pattern.fillings.begin(), pattern.fillings.end());
    }
  }
  return chosen;
}

// Exchanges one instance of the last of `members` that still has one.
void exchange(std::vector<Want>& wants, const std::vector<std::size_t>& members,
              const std::string& profile, std::map<std::string, int>& changes) {
  const auto want = std::ranges::find_if(members.rbegin(), members.rend(), [&](std::size_t member) {
    return wants[member].count > 0;
  });
  SECTILE_CHECK(want != members.rend());
  const Want smaller{.count = 1, .what = ByProfile{profile}, .name = wants[*want].name};
  --wants[*want].count;
  ++changes[profile + " instead of " + describe(wants[*want])];
  const auto same = std::ranges::find_if(wants, [&](const Want& other) {
    return other.count > 0 && other.what == smaller.what && other.name == smaller.name;
  });
  if (same != wants.end()) {
    ++same->count;
  } else {
    wants.push_back(smaller);
  }
}

std::optional<Alternative> with_smaller(std::span<const PlanGpu> gpus, std::span<const Want> wants,
                                        ShapeMemory& memory) {
  const Attempt tried =
      attempt(gpus, wants, {.shrink = Shrink::kYes, .steps_max = kStepsMax}, memory);
  if (!tried.complete()) {
    return std::nullopt;
  }
  Alternative result{.wants = {wants.begin(), wants.end()}};
  std::map<std::string, int> changes;
  for (const Filling* filling : chosen_fillings(tried)) {
    result.distance += filling->given_up;
    if (filling->given_up > 0) {
      const std::size_t demand_class = filling->parts.front().demand_class;
      exchange(result.wants, tried.demand.classes[demand_class].wants, filling->profile->name,
               changes);
    }
  }
  std::erase_if(result.wants, [](const Want& want) { return want.count == 0; });
  std::vector<std::string> texts;
  texts.reserve(changes.size());
  for (const auto& [change, count] : changes) {
    texts.push_back(std::to_string(count) + "x " + change);
  }
  result.difference = listed(texts);
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
