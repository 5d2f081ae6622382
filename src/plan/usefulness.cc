#include "sectile/plan/usefulness.h"

#include <algorithm>

#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

// How many instances of `profile` alone still fit. From the lowest start upwards is exact here:
// what bounds the number beside the slices (counts, engines) is the same for every start, and for
// windows of one length the one that ends first never blocks more than another.
int capacity(const Model& model, Layout layout, const Profile& profile) {
  int count = 0;
  for (const int start : profile.starts) {
    if (fits(model, layout, profile, start)) {
      layout = *layout.with_unchecked(Slot::bare(profile, start));
      ++count;
    }
  }
  return count;
}

}  // namespace

std::int64_t usefulness(const Model& model, const Layout& layout) {
  std::int64_t slices = 0;
  for (const Profile& profile : model.profiles) {
    slices += std::int64_t{capacity(model, layout, profile)} * profile.memory_slices;
  }
  // What one memory slice that one profile can use counts for in the mean over all profiles.
  const std::int64_t parts =
      std::int64_t{model.memory_slices} * static_cast<std::int64_t>(model.profiles.size());
  return slices * std::max(std::int64_t{1}, model.memory.value / std::max(std::int64_t{1}, parts));
}

}  // namespace sectile
