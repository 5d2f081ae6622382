#include "sectile/fleet/demand.h"

#include <algorithm>

namespace sectile {
namespace {

// Whether `profile` has all that `base` has.
bool is_at_least(const Profile& profile, const Profile& base) {
  return profile.memory >= base.memory && profile.memory_slices >= base.memory_slices &&
         profile.compute_slices >= base.compute_slices && profile.graphics == base.graphics &&
         (profile.media == Media::kPlain || profile.media == base.media);
}

std::int64_t price_of(const Profile& profile, const Profile& base, std::int64_t each) {
  return std::max(profile.memory_slices - base.memory_slices, 0) * each;
}

std::string amount(MiB memory) {
  return memory.value % 1024 == 0 ? std::to_string(memory.value / 1024) + "GiB"
                                  : std::to_string(memory.value) + "MiB";
}

// The profiles that are larger than the base, at this price for each memory slice more.
void add_larger(const Model& model, const Profile& base, std::int64_t each,
                std::vector<Substitute>& result) {
  for (const Profile& profile : model.profiles) {
    if (&profile != &base && is_at_least(profile, base)) {
      result.push_back({.profile = &profile, .price = price_of(profile, base, each)});
    }
  }
}

}  // namespace

std::vector<Substitute> substitutes(const Model& model, const FleetWant& want) {
  const std::vector<Choice> choices = sectile::choices(model, Want{.count = 1, .what = want.what});
  std::vector<Substitute> result;
  if (choices.empty()) {
    return result;
  }
  const Profile& base = *choices.front().profile;
  for (const Choice& choice : choices) {
    if (choice.compute == nullptr) {
      result.push_back({.profile = choice.profile,
                        .price = price_of(*choice.profile, base, want.larger.value_or(0))});
    }
  }
  if (std::holds_alternative<ByProfile>(want.what) && want.larger && !result.empty()) {
    add_larger(model, base, *want.larger, result);
  }
  std::ranges::stable_sort(result, {}, &Substitute::price);
  return result;
}

std::string describe(const FleetWant& want) {
  if (const auto* const profile = std::get_if<ByProfile>(&want.what)) {
    return profile->label;
  }
  const ByNeed& need = std::get<ByNeed>(want.what);
  std::string text = ">=";
  if (need.memory_min.value != 0) {
    text += amount(need.memory_min);
  }
  if (need.compute_min != 0) {
    text += (text.size() > 2 ? "/" : "") + std::to_string(need.compute_min) + "c";
  }
  return text + (need.graphics ? "/gfx" : "");
}

}  // namespace sectile
