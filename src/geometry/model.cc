#include "sectile/geometry/model.h"

#include <algorithm>
#include <string_view>

#include "sectile/base/check.h"

namespace sectile {
namespace {

// Whether `part` names `whole` or something inside it: "profiles[9].sm_count" is in "profiles[9]".
bool inside(std::string_view part, std::string_view whole) {
  return part.starts_with(whole) && (part.size() == whole.size() || whole.empty() ||
                                     part[whole.size()] == '.' || part[whole.size()] == '[');
}

}  // namespace

std::string_view to_string(Architecture architecture) {
  switch (architecture) {
    case Architecture::kUnknown:
      return "unknown";
    case Architecture::kAmpere:
      return "Ampere";
    case Architecture::kHopper:
      return "Hopper";
    case Architecture::kBlackwell:
      return "Blackwell";
  }
  return "unknown";
}

std::string_view to_string(Provenance provenance) {
  switch (provenance) {
    case Provenance::kRead:
      return "read";
    case Provenance::kDerived:
      return "derived";
    case Provenance::kUnsure:
      return "unsure";
  }
  return "unsure";
}

const Profile* Model::find(ProfileId id) const {
  const auto found = std::ranges::find(profiles, id, &Profile::id);
  return found == profiles.end() ? nullptr : &*found;
}

const Profile* Model::find_by_name(std::string_view name) const {
  const auto found = std::ranges::find_if(profiles, [name](const Profile& profile) {
    return profile.name == name ||
           std::ranges::find(profile.aliases, name) != profile.aliases.end();
  });
  return found == profiles.end() ? nullptr : &*found;
}

const Profile* Model::find_by_nvml_index(int index) const {
  const auto found = std::ranges::find(profiles, index, &Profile::nvml_index);
  return found == profiles.end() ? nullptr : &*found;
}

const Profile& Model::whole() const {
  const auto found = std::ranges::find_if(profiles, [this](const Profile& profile) {
    return profile.memory_slices == memory_slices && !profile.graphics;
  });
  SECTILE_CHECK(found != profiles.end());
  return *found;
}

Provenance Model::provenance_of(std::string_view field) const {
  Provenance least = Provenance::kRead;
  for (const ProvenanceNote& note : provenance) {
    if (inside(note.field, field) || inside(field, note.field)) {
      least = std::max(least, note.provenance);
    }
  }
  return least;
}

}  // namespace sectile
