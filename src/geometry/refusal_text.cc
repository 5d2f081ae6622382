#include "src/geometry/refusal_text.h"

#include "sectile/geometry/layout.h"

namespace sectile {
namespace {

std::string name_of(const Model& model, ProfileId id) {
  const Profile* profile = model.find(id);
  return profile != nullptr ? profile->name : "profile " + std::to_string(id.value);
}

// "3g.40gb@4 and 1g.10gb@0": the instances whose memory slices `wanted` would take.
std::string in_the_way(const Model& model, const Layout& layout, const Placement& wanted) {
  std::string names;
  for (const Slot& slot : layout.slots()) {
    if (slot.placement().overlaps(wanted)) {
      names += (names.empty() ? "" : " and ") + name_of(model, slot.profile()) + "@" +
               std::to_string(slot.placement().start);
    }
  }
  return names;
}

std::string starts_text(const Profile& profile) {
  std::string text;
  for (const int start : profile.starts) {
    text += (text.empty() ? "" : ", ") + std::to_string(start);
  }
  return text;
}

std::string needed_by(const Model& model, const Profile& profile) {
  for (const Needs& needs : model.needs) {
    if (needs.profile == profile.id) {
      return name_of(model, needs.needed);
    }
  }
  return "another profile";
}

}  // namespace

std::string refusal_text(const Model& model, const Layout& layout, const Profile& profile,
                         int start, Refusal why) {
  const std::string name = profile.name + "@" + std::to_string(start);
  const Placement place = profile.at(start);
  switch (why) {
    case Refusal::kNone:
      return name + " fits";
    case Refusal::kNoSuchProfile:
      return model.key + " has no profile " + profile.name;
    case Refusal::kNoSuchStart:
      return profile.name + " cannot start at memory slice " + std::to_string(start) + " of " +
             model.key + "; it starts at " + starts_text(profile);
    case Refusal::kSlicesTaken:
      return name + " needs memory slices " + std::to_string(place.start) + " to " +
             std::to_string(place.end() - 1) + ", taken by " + in_the_way(model, layout, place);
    case Refusal::kProfileCount:
      return "one GPU holds at most " + std::to_string(profile.max_count) + " of " + profile.name;
    case Refusal::kInstanceCount:
      return "one " + model.key + " holds at most " + std::to_string(model.max_instances) +
             " GPU instances";
    case Refusal::kEngines:
      return name + " needs media engines that other instances hold";
    case Refusal::kAllMedia:
      return "an instance with all media engines (+me.all) leaves room for -me profiles only, so " +
             name + " does not fit";
    case Refusal::kComputeLimit:
      return "one " + model.key + " holds at most " + std::to_string(model.max_compute_only) +
             " instance without graphics, so " + name + " does not fit";
    case Refusal::kGraphicsLimit:
      return "one " + model.key + " holds at most " + std::to_string(model.max_graphics) +
             " instance with graphics, so " + name + " does not fit";
    case Refusal::kNeedsOther:
      return name + " can exist only beside " + needed_by(model, profile);
  }
  return name + " does not fit";
}

}  // namespace sectile
