#include "src/plan/shapes.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sectile/geometry/fit.h"
#include "sectile/plan/usefulness.h"

namespace sectile::internal {
namespace {

// Adds instances in order of start, so that every set is met once. What another instance is needed
// for (Thor) may then be met before that one; such a set is judged when it is complete.
class Walk {
 public:
  Walk(const Model& model, std::span<const Profile* const> profiles, const AdditionVisitor& visit)
      : model_(model), profiles_(profiles), visit_(visit) {}

  void from(int start, const Layout& layout) {
    if (model_.needs.empty() || check(model_, layout)) {
      visit_(additions_, layout);
    }
    for (; start < model_.memory_slices; ++start) {
      for (const Profile* profile : profiles_) {
        try_at(start, *profile, layout);
      }
    }
  }

 private:
  void try_at(int start, const Profile& profile, const Layout& layout) {
    const Refusal why = refusal(model_, layout, profile, start);
    if (why != Refusal::kNone && why != Refusal::kNeedsOther) {
      return;
    }
    if (const Result<Layout> next = layout.with_unchecked(Slot::bare(profile, start))) {
      additions_.push_back({.profile = &profile, .start = start});
      from(start + profile.memory_slices, *next);
      additions_.pop_back();
    }
  }

  const Model& model_;
  std::span<const Profile* const> profiles_;
  const AdditionVisitor& visit_;
  std::vector<Addition> additions_;
};

std::vector<int> count(std::span<const Addition> additions,
                       std::span<const Profile* const> profiles) {
  std::vector<int> counts(profiles.size(), 0);
  for (const Addition& addition : additions) {
    const auto found = std::ranges::find(profiles, addition.profile);
    ++counts[static_cast<std::size_t>(found - profiles.begin())];
  }
  return counts;
}

}  // namespace

void for_each_addition(const Model& model, const Layout& kept,
                       std::span<const Profile* const> profiles, const AdditionVisitor& visit) {
  Walk(model, profiles, visit).from(0, kept);
}

std::vector<Shape> shapes(const Model& model, const Layout& kept,
                          std::span<const Profile* const> profiles) {
  std::map<std::vector<int>, Shape> best;
  for_each_addition(model, kept, profiles,
                    [&](std::span<const Addition> additions, const Layout& layout) {
                      const std::int64_t useful = usefulness(model, layout);
                      std::vector<int> counts = count(additions, profiles);
                      const auto found = best.find(counts);
                      if (found == best.end() || found->second.usefulness < useful) {
                        best[counts] = {.counts = counts,
                                        .additions = {additions.begin(), additions.end()},
                                        .usefulness = useful};
                      }
                    });
  std::vector<Shape> result;
  result.reserve(best.size());
  for (auto& [counts, shape] : best) {
    result.push_back(std::move(shape));
  }
  return result;
}

const std::vector<Shape>& ShapeMemory::find(const Model& model, const Layout& kept,
                                            const std::vector<const Profile*>& profiles) {
  const std::tuple key(&model, kept, profiles);
  const auto found = known_.find(key);
  if (found != known_.end()) {
    return found->second;
  }
  return known_.emplace(key, shapes(model, kept, profiles)).first->second;
}

}  // namespace sectile::internal
