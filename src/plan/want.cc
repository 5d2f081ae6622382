#include "sectile/plan/want.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "src/plan/label.h"

namespace sectile {
namespace {

// The CI profile that a label's "1c." means: of those with so many compute slices the one with the
// lowest id, which is the one that several of can share the GPU instance.
std::vector<Choice> compute_choice(const Profile& profile, int compute_slices) {
  if (compute_slices == profile.compute_slices) {
    return {{.profile = &profile}};
  }
  const ComputeProfile* best = nullptr;
  for (const ComputeProfile& compute : profile.compute_profiles) {
    const bool fits = compute.compute_slices == compute_slices && !compute.fills;
    if (fits && (best == nullptr || compute.id < best->id)) {
      best = &compute;
    }
  }
  return best == nullptr ? std::vector<Choice>{}
                         : std::vector<Choice>{{.profile = &profile, .compute = best}};
}

std::vector<Choice> by_profile(const Model& model, const ByProfile& wanted) {
  const Profile* profile = internal::find_profile(model, wanted.label);
  if (profile == nullptr) {
    return {};
  }
  const std::optional<internal::Label> label = internal::parse_label(wanted.label);
  if (label && label->compute_instance) {
    return compute_choice(*profile, *label->compute_instance);
  }
  return {{.profile = profile}};
}

// -me and +me.all are for those who name them: a need says nothing of media engines, and neither
// none of them nor all of them is what it may expect.
bool serves(const Profile& profile, const ByNeed& need) {
  const bool usual = profile.media == Media::kPlain || profile.media == Media::kExtended;
  return usual && profile.graphics == need.graphics && profile.memory >= need.memory_min &&
         profile.compute_slices >= need.compute_min;
}

std::vector<Choice> by_need(const Model& model, const ByNeed& need) {
  std::vector<Choice> choices;
  for (const Profile& profile : model.profiles) {
    if (serves(profile, need)) {
      choices.push_back({.profile = &profile});
    }
  }
  std::ranges::stable_sort(choices, {}, [](const Choice& choice) {
    const Profile& profile = *choice.profile;
    return std::tuple(profile.memory_slices, profile.compute_slices, profile.media);
  });
  return choices;
}

}  // namespace

std::vector<Choice> choices(const Model& model, const Want& want) {
  if (const auto* profile = std::get_if<ByProfile>(&want.what)) {
    return by_profile(model, *profile);
  }
  return by_need(model, *std::get_if<ByNeed>(&want.what));
}

}  // namespace sectile
