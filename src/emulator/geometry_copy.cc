#include "src/emulator/geometry_copy.h"

#include <charconv>
#include <string>

#include "sectile/nvml_abi/device.h"

namespace sectile::emulator {
namespace {

std::uint32_t number(int value) {
  return static_cast<std::uint32_t>(value);
}

int count(std::uint32_t value) {
  return static_cast<int>(value);
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

Architecture architecture_from(std::uint32_t value) {
  switch (value) {
    case NVML_DEVICE_ARCH_AMPERE:
      return Architecture::kAmpere;
    case NVML_DEVICE_ARCH_HOPPER:
      return Architecture::kHopper;
    case NVML_DEVICE_ARCH_BLACKWELL:
      return Architecture::kBlackwell;
    default:
      return Architecture::kUnknown;
  }
}

ComputeKind pack(const ComputeProfile& from) {
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

ComputeProfile unpack(const ComputeKind& from) {
  ComputeProfile to;
  to.id = {from.id};
  to.name = from.name.view();
  to.compute_slices = count(from.slices);
  to.sm_count = count(from.sm_count);
  to.max_count = count(from.max_count);
  to.fills = from.fills != 0;
  for (const Span span : from.spans.view()) {
    to.placements.push_back({.start = count(span.start), .size = count(span.size)});
  }
  return to;
}

ProfileKind pack(const Profile& from) {
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
    to.compute.push(pack(compute));
  }
  return to;
}

Profile unpack(const ProfileKind& from) {
  Profile to;
  to.id = {from.id};
  to.nvml_index = count(from.nvml_index);
  to.name = from.name.view();
  to.compute_slices = count(from.compute_slices);
  to.memory_slices = count(from.memory_slices);
  to.memory = {static_cast<std::int64_t>(from.memory)};
  to.sm_count = count(from.sm_count);
  to.engines = {.copy = count(from.copy_engines),
                .decode = count(from.decoders),
                .encode = count(from.encoders),
                .jpeg = count(from.jpeg),
                .ofa = count(from.ofa)};
  to.media = static_cast<Media>(from.media);
  to.graphics = from.graphics != 0;
  to.max_count = count(from.max_count);
  for (const std::uint32_t start : from.starts.view()) {
    to.starts.push_back(count(start));
  }
  for (const ComputeKind& compute : from.compute.view()) {
    to.compute_profiles.push_back(unpack(compute));
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
    to.profiles.push(pack(profile));
  }
  return to;
}

Model unpack(const Geometry& geometry) {
  Model to;
  to.key = geometry.key.view();
  to.product_names = {std::string(geometry.product_name.view())};
  if (geometry.pci_device != 0) {
    to.pci_devices = {static_cast<std::uint16_t>(geometry.pci_device)};
  }
  to.architecture = architecture_from(geometry.architecture);
  to.chip = geometry.chip.view();
  to.compute_capability =
      std::to_string(geometry.compute_major) + "." + std::to_string(geometry.compute_minor);
  to.memory = {static_cast<std::int64_t>(geometry.memory)};
  to.memory_slices = count(geometry.memory_slices);
  to.compute_slices = count(geometry.compute_slices);
  to.max_instances = count(geometry.max_instances);
  to.mode_persists = geometry.mode_persists != 0;
  to.mode_needs_reset = to.mode_persists;
  to.max_compute_only = count(geometry.max_compute_only);
  to.max_graphics = count(geometry.max_graphics);
  for (const NeedKind& need : geometry.needs.view()) {
    to.needs.push_back({.profile = {need.profile_id}, .needed = {need.needed_id}});
  }
  for (const ProfileKind& profile : geometry.profiles.view()) {
    to.profiles.push_back(unpack(profile));
  }
  return to;
}

}  // namespace sectile::emulator
