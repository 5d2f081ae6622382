#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {
namespace {

constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

bool printable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool good_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// How many runs of `size` slices fit beside each other. Requires: starts ascend.
int room(const std::vector<int>& starts, int size) {
  int count = 0;
  int free_from = 0;
  for (const int start : starts) {
    if (start >= free_from) {
      ++count;
      free_from = start + size;
    }
  }
  return count;
}

// Goes through a model in the order in which one figure relies on another, and stops at the first
// that is wrong: no sum is made from a number whose size is not known to be sane.
class Validation {
 public:
  explicit Validation(const Model& model) : model_(model) {}

  Status run() {
    if (header() && identities() && profiles() && relations()) {
      return {};
    }
    return fail(ErrorCode::kInvalidArgument, "model '" + model_.key + "': " + wrong_,
                "correct the model's description");
  }

 private:
  bool header() {
    return require(good_key(model_.key), "key", "is not lower case letters, digits and '-'") &&
           in_range("memory_mib", model_.memory.value, 0, kAny) &&
           in_range("memory_slices", model_.memory_slices, 1, kMaxMemorySlices) &&
           in_range("compute_slices", model_.compute_slices, 1, kMaxComputeInstances) &&
           in_range("max_instances", model_.max_instances, 1, kMaxGpuInstances) &&
           in_range("max_compute_only", model_.max_compute_only, 0, model_.max_instances) &&
           in_range("max_graphics", model_.max_graphics, 0, model_.max_instances);
  }

  // Nothing is named twice, and there is a profile to compare the others with.
  bool identities() {
    std::vector<std::uint32_t> ids;
    std::vector<std::string_view> names;
    for (const Profile& profile : model_.profiles) {
      profile_ = &profile;
      ids.push_back(profile.id.value);
      names.emplace_back(profile.name);
      names.insert(names.end(), profile.aliases.begin(), profile.aliases.end());
      if (!require(std::ranges::all_of(names, printable), "name", "is empty or not printable")) {
        return false;
      }
    }
    profile_ = nullptr;
    return unique("profiles", ids, "an id") && unique("profiles", names, "a name") && in_order() &&
           has_whole();
  }

  template <typename T>
  bool unique(std::string_view field, std::vector<T> values, std::string_view what) {
    std::ranges::sort(values);
    return require(std::ranges::adjacent_find(values) == values.end(), field,
                   "two of them have " + std::string(what) + " in common");
  }

  // Strictly: it leaves no room for two with one NVML index and as many slices.
  bool in_order() {
    return require(std::ranges::is_sorted(model_.profiles, std::ranges::less_equal{},
                                          [](const Profile& profile) {
                                            return std::pair(-std::int64_t{profile.compute_slices},
                                                             profile.nvml_index);
                                          }),
                   "profiles", "are not by descending compute_slices, then by nvml_index");
  }

  bool has_whole() {
    const bool found = std::ranges::any_of(model_.profiles, [this](const Profile& profile) {
      return profile.memory_slices == model_.memory_slices && !profile.graphics &&
             profile.compute_slices == model_.compute_slices;
    });
    return require(found, "profiles", "none takes the whole GPU");
  }

  bool profiles() {
    return std::ranges::all_of(model_.profiles, [this](const Profile& profile) {
      profile_ = &profile;
      compute_ = nullptr;
      return sizes(profile) && engines(profile.engines) && places(profile) && computes(profile);
    });
  }

  bool sizes(const Profile& profile) {
    const auto known = [](std::int64_t most) { return most > 0 ? most : kAny; };
    return in_range("nvml_index", profile.nvml_index, 0, kAny) &&
           in_range("compute_slices", profile.compute_slices, 1, model_.compute_slices) &&
           in_range("memory_slices", profile.memory_slices, 1, model_.memory_slices) &&
           in_range("memory_mib", profile.memory.value, 0, known(model_.memory.value)) &&
           in_range("sm_count", profile.sm_count, 0, known(model_.whole().sm_count));
  }

  bool engines(const Engines& engines) {
    const Engines& most = model_.whole().engines;
    return in_range("engines.copy", engines.copy, 0, most.copy) &&
           in_range("engines.decode", engines.decode, 0, most.decode) &&
           in_range("engines.encode", engines.encode, 0, most.encode) &&
           in_range("engines.jpeg", engines.jpeg, 0, most.jpeg) &&
           in_range("engines.ofa", engines.ofa, 0, most.ofa);
  }

  bool places(const Profile& profile) {
    return starts(profile.starts, profile.memory_slices, model_.memory_slices) &&
           in_range("max_count", profile.max_count, 1,
                    std::min(model_.max_instances, room(profile.starts, profile.memory_slices)));
  }

  // Whether runs of `size` from these starts lie within `slices`. Requires: size <= slices.
  bool starts(const std::vector<int>& starts, int size, int slices) {
    return require(!starts.empty(), "starts", "is empty") &&
           require(std::ranges::is_sorted(starts, std::ranges::less_equal{}), "starts",
                   "do not ascend") &&
           in_range("starts", starts.front(), 0, slices - size) &&
           in_range("starts", starts.back(), 0, slices - size);
  }

  bool computes(const Profile& profile) {
    std::vector<std::uint32_t> ids(profile.compute_profiles.size());
    std::ranges::transform(profile.compute_profiles, ids.begin(),
                           [](const ComputeProfile& compute) { return compute.id.value; });
    return unique("compute_profiles", ids, "an id") &&
           require(std::ranges::count(profile.compute_profiles, true, &ComputeProfile::fills) == 1,
                   "compute_profiles", "not exactly one fills the GPU instance") &&
           std::ranges::all_of(profile.compute_profiles, [&](const ComputeProfile& compute) {
             compute_ = &compute;
             return compute_sizes(profile, compute) && compute_places(profile, compute);
           });
  }

  bool compute_sizes(const Profile& profile, const ComputeProfile& compute) {
    const int least = compute.fills ? profile.compute_slices : 1;
    const std::int64_t most_sm = profile.sm_count > 0 ? profile.sm_count : kAny;
    return require(printable(compute.name), "name", "is empty or not printable") &&
           in_range("compute_slices", compute.compute_slices, least, profile.compute_slices) &&
           in_range("sm_count", compute.sm_count, 0, most_sm);
  }

  bool compute_places(const Profile& profile, const ComputeProfile& compute) {
    std::vector<int> from;
    for (const Placement& placement : compute.placements) {
      from.push_back(placement.start);
      if (placement.size != compute.compute_slices) {
        return require(false, "placements",
                       "have the size " + std::to_string(placement.size) + ", not " +
                           std::to_string(compute.compute_slices));
      }
    }
    return starts(from, compute.compute_slices, profile.compute_slices) &&
           in_range("max_count", compute.max_count, 1, room(from, compute.compute_slices));
  }

  // What ties one part of the model to another.
  bool relations() {
    profile_ = nullptr;
    compute_ = nullptr;
    return std::ranges::all_of(model_.needs,
                               [this](const Needs& needs) {
                                 return require(needs.profile != needs.needed &&
                                                    model_.find(needs.profile) != nullptr &&
                                                    model_.find(needs.needed) != nullptr,
                                                "needs", "are not two profiles of this model");
                               }) &&
           require(
               std::ranges::none_of(model_.provenance, &std::string::empty, &ProvenanceNote::field),
               "provenance", "a note names no field");
  }

  bool require(bool sound, std::string_view field, std::string_view wrong) {
    if (!sound) {
      wrong_ = path(field) + " " + std::string(wrong);
    }
    return sound;
  }

  bool in_range(std::string_view field, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value >= low && value <= high) {
      return true;
    }
    const std::string limit = high == kAny
                                  ? "at least " + std::to_string(low)
                                  : "from " + std::to_string(low) + " to " + std::to_string(high);
    return require(false, field, "is " + std::to_string(value) + ", not " + limit);
  }

  std::string path(std::string_view field) const {
    std::string path;
    if (profile_ != nullptr) {
      path += "profiles[" + std::to_string(profile_->id.value) + "].";
    }
    if (compute_ != nullptr) {
      path += "compute_profiles[" + std::to_string(compute_->id.value) + "].";
    }
    return path + std::string(field);
  }

  const Model& model_;
  const Profile* profile_ = nullptr;  // What is being looked at.
  const ComputeProfile* compute_ = nullptr;
  std::string wrong_;
};

}  // namespace

Status validate(const Model& model) {
  return Validation(model).run();
}

}  // namespace sectile
