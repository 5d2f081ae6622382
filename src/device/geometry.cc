#include "src/device/geometry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/layout.h"
#include "src/device/compute_profiles.h"
#include "src/device/figures.h"
#include "src/device/nvml_error.h"
#include "src/device/profile_info.h"

namespace sectile {
namespace {

constexpr unsigned kProfilesMax = 64;  // NVML's table has 18 rows today.
constexpr unsigned kFigureMax = 4096;  // More multiprocessors or engines than any GPU has.
constexpr unsigned long long kMemoryMax = 1ULL << 30U;  // In MiB.

Result<std::vector<Placement>> profile_placements(const Nvml& nvml, const GpuIdentity& gpu,
                                                  ProfileId profile) {
  const auto& second = nvml.DeviceGetGpuInstancePossiblePlacements_v2;
  const auto& first = nvml.DeviceGetGpuInstancePossiblePlacements;
  return placements<nvmlGpuInstancePlacement_t>(
      second.name(), gpu.subject, [&](nvmlGpuInstancePlacement_t* room, unsigned* count) {
        const nvmlReturn_t code = second(gpu.device, profile.value, room, count);
        if (code != NVML_ERROR_FUNCTION_NOT_FOUND) {
          return code;
        }
        if (room != nullptr) {
          return first(gpu.device, profile.value, room, count);
        }
        *count = kPlacementsMax;  // The first version does not tell the count alone.
        return NVML_SUCCESS;
      });
}

std::string choose_name(const ProfileInfo& info, const GpuIdentity& gpu, const Profile* known,
                        unsigned index) {
  std::string name = driver_name(info);
  if (name.empty() && gpu.memory.value == 0 && known != nullptr) {
    name = known->name;
  }
  if (name.empty()) {
    name = profile_name(static_cast<int>(info.sliceCount),
                        {static_cast<std::int64_t>(info.memorySizeMB)}, gpu.memory,
                        suffix_of(index).text);
  }
  return name;
}

// How many of these runs fit side by side.
int disjoint_count(const std::vector<int>& starts, int size) {
  int count = 0;
  int end = 0;
  for (const int start : starts) {
    if (start >= end) {
      end = start + size;
      ++count;
    }
  }
  return count;
}

Status set_placements(const Nvml& nvml, const GpuIdentity& gpu, const Profile* known,
                      Profile& profile) {
  const Result<std::vector<Placement>> found = profile_placements(nvml, gpu, profile.id);
  if (!found) {
    return fail(found);
  }
  if (found->empty() && known != nullptr) {
    profile.memory_slices = known->memory_slices;
    profile.starts = known->starts;
    return {};
  }
  for (const Placement& placement : *found) {
    if (placement.size != found->front().size) {
      return nvml_garbage("profile " + profile.name + " has placements of different sizes on " +
                          gpu.subject);
    }
    profile.memory_slices = placement.size;
    profile.starts.push_back(placement.start);
  }
  if (profile.starts.empty()) {
    return fail(ErrorCode::kUnavailable,
                "the driver tells no placements of profile " + profile.name + " on " + gpu.subject,
                "install a newer NVIDIA driver");
  }
  return {};
}

Result<Profile> make_profile(const Nvml& nvml, const GpuIdentity& gpu, const Model* model,
                             unsigned index, const ProfileInfo& info) {
  Figures figures("profile " + std::to_string(index) + " of " + gpu.subject);
  const auto number = [&](const char* what, unsigned value) {
    return figures.take(what, value, kFigureMax);
  };
  const Suffix suffix = suffix_of(index);
  Profile profile;
  profile.id = ProfileId{info.id};
  profile.nvml_index = static_cast<int>(index);
  profile.compute_slices = figures.take("slice count", info.sliceCount, kMaxComputeInstances);
  profile.memory = {figures.take("memory in MiB", info.memorySizeMB, kMemoryMax)};
  profile.sm_count = number("multiprocessor count", info.multiprocessorCount);
  profile.engines = {.copy = number("copy engine count", info.copyEngineCount),
                     .decode = number("decoder count", info.decoderCount),
                     .encode = number("encoder count", info.encoderCount),
                     .jpeg = number("jpeg engine count", info.jpegCount),
                     .ofa = number("ofa engine count", info.ofaCount)};
  profile.media = suffix.media;
  profile.graphics = suffix.graphics;
  profile.max_count = number("instance count", info.instanceCount);
  if (const Status sound = figures.status(); !sound) {
    return fail(sound);
  }
  const Profile* known = model != nullptr ? model->find(profile.id) : nullptr;
  profile.name = choose_name(info, gpu, known, index);
  if (const Status placed = set_placements(nvml, gpu, known, profile); !placed) {
    return fail(placed);
  }
  // Some drivers misreport the count on A30: the catalogue and the placements know better.
  const int counted = known != nullptr ? known->max_count : profile.max_count;
  profile.max_count = std::min(counted, disjoint_count(profile.starts, profile.memory_slices));
  const bool same = known != nullptr && known->compute_slices == profile.compute_slices;
  profile.compute_profiles = same ? known->compute_profiles : usual_compute_profiles(profile);
  name_compute_profiles(profile);
  if (known != nullptr) {
    profile.aliases = known->aliases;
    profile.aliases.push_back(known->name);
  }
  return profile;
}

Result<std::vector<Profile>> read_profiles(const Nvml& nvml, const GpuIdentity& gpu,
                                           const Model* model) {
  std::vector<Profile> profiles;
  for (unsigned index = 0; index < kProfilesMax; ++index) {
    ProfileInfo info{};
    const nvmlReturn_t code = profile_info(nvml, gpu.device, index, info);
    if (code == NVML_ERROR_INVALID_ARGUMENT || code == NVML_ERROR_FUNCTION_NOT_FOUND) {
      break;  // Past the end of the table.
    }
    if (code == NVML_ERROR_NOT_SUPPORTED) {
      continue;  // A profile that this GPU does not offer.
    }
    if (code != NVML_SUCCESS) {
      return nvml_failure(nvml.DeviceGetGpuInstanceProfileInfo, code, gpu.subject);
    }
    Result<Profile> profile = make_profile(nvml, gpu, model, index, info);
    if (!profile) {
      return fail(profile);
    }
    profiles.push_back(*std::move(profile));
  }
  std::ranges::sort(profiles, [](const Profile& left, const Profile& right) {
    return std::pair(-left.compute_slices, left.nvml_index) <
           std::pair(-right.compute_slices, right.nvml_index);
  });
  return profiles;
}

std::string hex4(std::uint16_t value) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    text += kDigits[(static_cast<unsigned>(value) >> shift) & 0xFU];
  }
  return text;
}

// What the catalogue would say of a model that it does not have.
Model unknown_model(const Nvml& nvml, const GpuIdentity& gpu) {
  Model model;
  model.key = "nvml-" + hex4(gpu.pci_device);
  model.product_names = {gpu.name};
  model.pci_devices = {gpu.pci_device};
  model.memory = gpu.memory;
  nvmlDeviceArchitecture_t architecture = NVML_DEVICE_ARCH_UNKNOWN;
  static_cast<void>(nvml.DeviceGetArchitecture(gpu.device, &architecture));
  if (architecture == NVML_DEVICE_ARCH_AMPERE) {
    model.architecture = Architecture::kAmpere;
    model.mode_needs_reset = true;
    model.mode_persists = true;
  } else if (architecture == NVML_DEVICE_ARCH_HOPPER) {
    model.architecture = Architecture::kHopper;
  } else if (architecture == NVML_DEVICE_ARCH_BLACKWELL) {
    model.architecture = Architecture::kBlackwell;
  }
  int major = 0;
  int minor = 0;
  if (nvml.DeviceGetCudaComputeCapability(gpu.device, &major, &minor) == NVML_SUCCESS) {
    model.compute_capability = std::to_string(major) + "." + std::to_string(minor);
  }
  return model;
}

// A name means the profile that the driver gives it, whatever other drivers print.
void drop_ambiguous_aliases(std::vector<Profile>& profiles) {
  std::multiset<std::string> names;
  for (const Profile& profile : profiles) {
    names.insert(profile.name);
    names.insert(profile.aliases.begin(), profile.aliases.end());
  }
  for (Profile& profile : profiles) {
    std::erase_if(profile.aliases,
                  [&](const std::string& alias) { return names.count(alias) > 1; });
  }
}

void adopt(std::vector<Profile> profiles, Model& model) {
  drop_ambiguous_aliases(profiles);
  const bool known = !model.profiles.empty();
  model.profiles = std::move(profiles);
  model.memory_slices = 0;
  model.compute_slices = 0;
  int instances = 0;
  for (const Profile& profile : model.profiles) {
    model.memory_slices =
        std::max(model.memory_slices, profile.starts.back() + profile.memory_slices);
    model.compute_slices = std::max(model.compute_slices, profile.compute_slices);
    model.memory = std::max(model.memory, profile.memory);
    instances = std::max(instances, profile.max_count);
  }
  if (!known) {
    model.max_instances = instances;
  }
  std::erase_if(model.needs, [&](const Needs& needs) {
    return model.find(needs.profile) == nullptr || model.find(needs.needed) == nullptr;
  });
  std::erase_if(model.provenance, [](const ProvenanceNote& note) {
    return note.field.starts_with("profiles[") &&
           note.field.find("compute_profiles") == std::string::npos;
  });
  model.sources.emplace_back("NVML on this machine");
}

}  // namespace

Result<std::optional<Model>> read_model(const Nvml& nvml, const GpuIdentity& gpu,
                                        std::vector<std::string>& warnings) {
  const Model* const known = match_model(gpu.name, gpu.pci_device, gpu.memory);
  Result<std::vector<Profile>> profiles = read_profiles(nvml, gpu, known);
  if (!profiles) {
    return fail(profiles);
  }
  if (profiles->empty() && known == nullptr) {
    warnings.push_back(gpu.subject + ": neither the driver nor the catalogue knows the MIG " +
                       "profiles of '" + gpu.name + "'; a newer driver would tell them");
    return std::nullopt;
  }
  if (profiles->empty()) {
    warnings.push_back(gpu.subject + ": the driver tells no MIG profiles while MIG is off; the " +
                       "catalogue's figures for " + known->key + " are used");
    return *known;
  }
  Model model = known != nullptr ? *known : unknown_model(nvml, gpu);
  adopt(*std::move(profiles), model);
  if (known == nullptr) {
    warnings.push_back(gpu.subject + ": '" + gpu.name + "' is not in the catalogue; all figures " +
                       "come from the driver");
  }
  if (const Status sound = validate(model); !sound) {
    return nvml_garbage(sound.error().message + ", on " + gpu.subject);
  }
  return model;
}

}  // namespace sectile
