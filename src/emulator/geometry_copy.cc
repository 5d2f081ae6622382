#include "src/emulator/geometry_copy.h"

#include <charconv>
#include <string>

#include "sectile/nvml_abi/device.h"

namespace sectile::emulator {
namespace {

std::uint32_t number(int value) {
  return static_cast<std::uint32_t>(value);
}

std::uint32_t nvml_architecture(Architecture architecture) {
  switch (architecture) {
    case Architecture::kAmpere:
      return NVML_DEVICE_ARCH_AMPERE;
    case Architecture::kHopper:
      return NVML_DEVICE_ARCH_HOPPER;
    case Architecture::kBlackwell:
      return NVML_DEVICE_ARCH_BLACKWELL;
    case Architecture::kUnknown:
      break;
  }
  return NVML_DEVICE_ARCH_UNKNOWN;
}

ComputeKind packed(const ComputeProfile& from) {
  ComputeKind to{};
  to.id = from.id.value;
  to.name.assign(from.name);
  to.slices = number(from.compute_slices);
  to.sm_count = number(from.sm_count);
  to.max_count = number(from.max_count);
  to.fills = from.fills ? 1 : 0;
  for (const Placement& placement : from.placements) {
    to.spans.push({.start = number(placement.start), .size = number(placement.size)});
  }
  return to;
}

ProfileKind packed(const Profile& from) {
  ProfileKind to{};
  to.id = from.id.value;
  to.nvml_index = number(from.nvml_index);
  to.name.assign(from.name);
  to.compute_slices = number(from.compute_slices);
  to.memory_slices = number(from.memory_slices);
  to.memory = static_cast<std::uint64_t>(from.memory.value);
  to.sm_count = number(from.sm_count);
  to.copy_engines = number(from.engines.copy);
  to.decoders = number(from.engines.decode);
  to.encoders = number(from.engines.encode);
  to.jpeg = number(from.engines.jpeg);
  to.ofa = number(from.engines.ofa);
  to.media = static_cast<MediaKind>(from.media);
  to.graphics = from.graphics ? 1 : 0;
  to.max_count = number(from.max_count);
  for (const int start : from.starts) {
    to.starts.push(number(start));
  }
  for (const ComputeProfile& compute : from.compute_profiles) {
    to.compute.push(packed(compute));
  }
  return to;
}

bool fits_tables(const ComputeProfile& compute) {
  return compute.placements.size() <= kMaxComputeInstances;
}

bool fits_tables(const Profile& profile) {
  bool fits =
      profile.starts.size() <= kMaxStarts && profile.compute_profiles.size() <= kMaxComputeProfiles;
  for (const ComputeProfile& compute : profile.compute_profiles) {
    fits = fits && fits_tables(compute);
  }
  return fits;
}

bool fits_tables(const Model& model) {
  bool fits = model.profiles.size() <= kMaxProfiles && model.needs.size() <= kMaxNeeds;
  for (const Profile& profile : model.profiles) {
    fits = fits && fits_tables(profile);
  }
  return fits;
}

// "9.0" is 9 and 0; what is no number counts as 0.
void pack_capability(std::string_view text, Geometry& to) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, to.compute_major);
  if (error == std::errc() && rest != end) {
    std::from_chars(rest + 1, end, to.compute_minor);
  }
}

}  // namespace

static_assert(static_cast<int>(MediaKind::kPlain) == static_cast<int>(Media::kPlain) &&
              static_cast<int>(MediaKind::kExtended) == static_cast<int>(Media::kExtended) &&
              static_cast<int>(MediaKind::kAll) == static_cast<int>(Media::kAll) &&
              static_cast<int>(MediaKind::kNone) == static_cast<int>(Media::kNone));

Result<Geometry> pack(const Model& model) {
  if (!fits_tables(model)) {
    return fail(ErrorCode::kInvalidArgument,
                "model " + model.key + " has more profiles or placements than an emulated GPU can");
  }
  Geometry to{};
  to.key.assign(model.key);
  to.product_name.assign(model.product_names.empty() ? model.key : model.product_names.front());
  to.chip.assign(model.chip);
  to.architecture = nvml_architecture(model.architecture);
  pack_capability(model.compute_capability, to);
  to.pci_device = model.pci_devices.empty() ? 0 : model.pci_devices.front();
  to.memory = static_cast<std::uint64_t>(model.memory.value);
  to.memory_slices = number(model.memory_slices);
  to.compute_slices = number(model.compute_slices);
  to.max_instances = number(model.max_instances);
  to.mode_persists = model.mode_persists ? 1 : 0;
  to.max_compute_only = number(model.max_compute_only);
  to.max_graphics = number(model.max_graphics);
  for (const Needs& needs : model.needs) {
    to.needs.push({.profile_id = needs.profile.value, .needed_id = needs.needed.value});
  }
  for (const Profile& profile : model.profiles) {
    to.profiles.push(packed(profile));
  }
  return to;
}

}  // namespace sectile::emulator
