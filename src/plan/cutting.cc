#include "src/plan/cutting.h"

#include <algorithm>
#include <bit>

#include "sectile/geometry/fit.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/usefulness.h"
#include "src/plan/attempt.h"

namespace sectile::internal {
namespace {

int best_start(const Model& model, const Layout& layout, const Profile& profile,
               const std::vector<int>& starts) {
  const auto left = [&](int start) {
    return usefulness(model, *layout.with_unchecked(Slot::bare(profile, start)));
  };
  return *std::ranges::max_element(starts, {}, left);
}

std::vector<Want> wants_of(const std::vector<const Profile*>& instances) {
  std::vector<Want> wants;
  wants.reserve(instances.size());
  for (const Profile* profile : instances) {
    wants.push_back({.count = 1, .what = ByProfile{profile->name}});
  }
  return wants;
}

}  // namespace

std::vector<const Profile*> plain_profiles(const Model& model) {
  std::vector<const Profile*> plain;
  for (const Profile& profile : model.profiles) {
    if (profile.media == Media::kPlain && !profile.graphics && !profile.double_memory()) {
      plain.push_back(&profile);
    }
  }
  return plain.empty() ? std::vector<const Profile*>{&model.whole()} : plain;
}

int capacity(const Model& model, const Profile& profile) {
  return remaining_capacity(model, Layout(), profile);
}

std::optional<Layout> try_cut(const Model& model, const std::vector<const Profile*>& instances,
                              ShapeMemory& memory) {
  const std::vector<PlanGpu> gpus = {{.name = model.key, .model = &model}};
  const std::vector<Want> wants = wants_of(instances);
  const Attempt tried = attempt(gpus, wants, {}, memory);
  if (!tried.complete()) {
    return std::nullopt;
  }
  return finish(tried, gpus, wants).layouts.front();
}

Result<Layout> cut(const Model& model, const std::vector<const Profile*>& instances) {
  const std::vector<PlanGpu> gpus = {{.name = model.key, .model = &model}};
  PackResult packed = pack(gpus, wants_of(instances));
  if (packed) {
    return packed->layouts.front();
  }
  const std::vector<Alternative>& nearest = packed.error().nearest;
  return fail(ErrorCode::kUnsatisfiable, packed.error().summary,
              nearest.empty() ? "" : "what fits: the same " + nearest.front().difference);
}

Layout filled(const Model& model, Layout layout) {
  for (const Profile* profile : plain_profiles(model)) {
    for (std::vector<int> starts = free_starts(model, layout, *profile); !starts.empty();
         starts = free_starts(model, layout, *profile)) {
      const int start = best_start(model, layout, *profile, starts);
      layout = *layout.with_unchecked(Slot(*profile, start));
    }
  }
  return layout;
}

int idle_memory(const Model& model, const Layout& layout) {
  return model.memory_slices - std::popcount(layout.used());
}

int idle_compute(const Model& model, const Layout& layout) {
  int idle = model.compute_slices;
  for (const Slot& slot : layout.slots()) {
    const Profile* profile = model.find(slot.profile());
    idle -= profile != nullptr ? profile->compute_slices : 0;
  }
  return idle;
}

}  // namespace sectile::internal
