#include "src/emulator/handles.h"

#include <array>
#include <charconv>

#include "src/emulator/sha1.h"

namespace sectile::emulator {
namespace {

enum class Kind : std::uint64_t {
  kGpu = 1,
  kGpuInstance = 2,
  kComputeInstance = 3,
  kMigDevice = 4
};

// From the top: a mark, the kind, GPU, GI id, CI id, generation (32 bits).
constexpr std::uint64_t kMark = 0x5;
constexpr unsigned kMarkShift = 60;
constexpr unsigned kKindShift = 56;
constexpr unsigned kGpuShift = 48;
constexpr unsigned kGiShift = 40;
constexpr unsigned kCiShift = 32;
constexpr std::uint64_t kByte = 0xFF;

struct Parts {
  Kind kind = Kind::kGpu;
  std::uint32_t gpu = 0;
  std::uint32_t gi = 0;
  std::uint32_t ci = 0;
  std::uint32_t generation = 0;
};

template <typename Handle>
Handle encode(const Parts& parts) {
  const std::uint64_t value = kMark << kMarkShift |
                              static_cast<std::uint64_t>(parts.kind) << kKindShift |
                              static_cast<std::uint64_t>(parts.gpu) << kGpuShift |
                              static_cast<std::uint64_t>(parts.gi) << kGiShift |
                              static_cast<std::uint64_t>(parts.ci) << kCiShift | parts.generation;
  return reinterpret_cast<Handle>(value);  // NOLINT(performance-no-int-to-ptr): opaque by design.
}

template <typename Handle>
std::optional<Parts> decode(Handle handle) {
  const auto value = reinterpret_cast<std::uint64_t>(handle);
  const std::uint64_t kind = value >> kKindShift & 0xF;
  if (value >> kMarkShift != kMark || kind < 1 || kind > 4) {
    return std::nullopt;
  }
  return Parts{.kind = static_cast<Kind>(kind),
               .gpu = static_cast<std::uint32_t>(value >> kGpuShift & kByte),
               .gi = static_cast<std::uint32_t>(value >> kGiShift & kByte),
               .ci = static_cast<std::uint32_t>(value >> kCiShift & kByte),
               .generation = static_cast<std::uint32_t>(value)};
}

std::optional<Named> named_gpu(const Node& node, std::uint32_t gpu) {
  if (gpu >= node.gpus.count) {
    return std::nullopt;
  }
  return Named{.gpu_index = gpu, .gpu = &node.gpus.items[gpu]};
}

std::optional<Named> named_instance(const Node& node, std::uint32_t gpu, std::uint32_t gi) {
  std::optional<Named> named = named_gpu(node, gpu);
  if (!named || gi >= kTreeIds || named->gpu->instances[gi].exists == 0) {
    return std::nullopt;
  }
  named->gi_id = gi;
  named->gi = &named->gpu->instances[gi];
  return named;
}

std::optional<Named> named_compute(const Node& node, std::uint32_t gpu, std::uint32_t gi,
                                   std::uint32_t ci) {
  std::optional<Named> named = named_instance(node, gpu, gi);
  if (!named || ci >= kMaxComputeInstances || named->gi->compute[ci].exists == 0) {
    return std::nullopt;
  }
  named->ci_id = ci;
  named->ci = &named->gi->compute[ci];
  return named;
}

std::optional<Named> current_compute(const Node& node, const Parts& parts) {
  std::optional<Named> named = named_compute(node, parts.gpu, parts.gi, parts.ci);
  return named && named->ci->generation == parts.generation ? named : std::nullopt;
}

Parts compute_parts(Kind kind, const Named& named) {
  return {.kind = kind,
          .gpu = named.gpu_index,
          .gi = named.gi_id,
          .ci = named.ci_id,
          .generation = named.ci->generation};
}

// "1g.10gb" of "1g.10gb+me": MIG devices are named without their attributes.
std::string_view without_attributes(std::string_view name) {
  return name.substr(0, name.find_first_of("+-"));
}

// Takes digits off the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return value;
}

// Finds "GPU-uuid/gi/ci".
std::optional<nvmlDevice_t> find_legacy(const Node& node, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view gpu_uuid = text.substr(0, slash);
  text.remove_prefix(slash + 1);
  const std::optional<std::uint32_t> gi = take_number(text);
  if (!gi || !text.starts_with('/')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const std::optional<std::uint32_t> ci = take_number(text);
  if (!ci || !text.empty()) {
    return std::nullopt;
  }
  for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
    const std::optional<Named> named = named_compute(node, gpu, *gi, *ci);
    if (named && named->gpu->uuid.view() == gpu_uuid) {
      return mig_device_handle(*named);
    }
  }
  return std::nullopt;
}

}  // namespace

nvmlDevice_t gpu_device_handle(std::uint32_t gpu_index) {
  return encode<nvmlDevice_t>({.kind = Kind::kGpu, .gpu = gpu_index});
}

nvmlDevice_t mig_device_handle(const Named& named) {
  return encode<nvmlDevice_t>(compute_parts(Kind::kMigDevice, named));
}

nvmlComputeInstance_t compute_instance_handle(const Named& named) {
  return encode<nvmlComputeInstance_t>(compute_parts(Kind::kComputeInstance, named));
}

nvmlGpuInstance_t gpu_instance_handle(const Named& named) {
  return encode<nvmlGpuInstance_t>({.kind = Kind::kGpuInstance,
                                    .gpu = named.gpu_index,
                                    .gi = named.gi_id,
                                    .generation = named.gi->generation});
}

std::optional<Named> find_device(const Node& node, nvmlDevice_t handle) {
  const std::optional<Parts> parts = decode(handle);
  if (parts && parts->kind == Kind::kMigDevice) {
    return current_compute(node, *parts);
  }
  if (parts && parts->kind == Kind::kGpu && handle == gpu_device_handle(parts->gpu)) {
    return named_gpu(node, parts->gpu);
  }
  return std::nullopt;
}

std::optional<Named> find_gpu_instance(const Node& node, nvmlGpuInstance_t handle) {
  const std::optional<Parts> parts = decode(handle);
  if (!parts || parts->kind != Kind::kGpuInstance) {
    return std::nullopt;
  }
  const std::optional<Named> named = named_instance(node, parts->gpu, parts->gi);
  return named && named->gi->generation == parts->generation ? named : std::nullopt;
}

std::optional<Named> find_compute_instance(const Node& node, nvmlComputeInstance_t handle) {
  const std::optional<Parts> parts = decode(handle);
  return parts && parts->kind == Kind::kComputeInstance ? current_compute(node, *parts)
                                                        : std::nullopt;
}

std::optional<Named> find_gpu_instance_by_id(const Node& node, std::uint32_t gpu,
                                             std::uint32_t gi_id) {
  return named_instance(node, gpu, gi_id);
}

std::vector<Named> gpu_instances(const Node& node, std::uint32_t gpu_index) {
  std::vector<Named> all;
  for (std::uint32_t gi = 0; gi < kTreeIds; ++gi) {
    if (const std::optional<Named> named = named_instance(node, gpu_index, gi)) {
      all.push_back(*named);
    }
  }
  return all;
}

std::vector<Named> compute_instances(const Node& node, const Named& gpu_instance) {
  std::vector<Named> all;
  for (std::uint32_t ci = 0; ci < kMaxComputeInstances; ++ci) {
    const std::optional<Named> named =
        named_compute(node, gpu_instance.gpu_index, gpu_instance.gi_id, ci);
    if (named) {
      all.push_back(*named);
    }
  }
  return all;
}

std::vector<Named> mig_devices(const Node& node, std::uint32_t gpu_index) {
  std::vector<Named> all;
  for (const Named& instance : gpu_instances(node, gpu_index)) {
    const std::vector<Named> inside = compute_instances(node, instance);
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

const ProfileKind& profile_of(const Node& node, const Named& named) {
  return node.geometry_of(*named.gpu).profiles.items[named.gi->profile];
}

const ComputeKind& compute_of(const Node& node, const Named& named) {
  return profile_of(node, named).compute.items[named.ci->compute];
}

std::string uuid_of(const Named& named) {
  std::string gpu(named.gpu->uuid.view());
  if (!named.is_mig_device()) {
    return gpu;
  }
  // The engine that runs a compute instance is where its compute slices start.
  return "MIG-" + uuid_from(gpu + "/" + std::to_string(named.gi_id) + "/" +
                            std::to_string(named.ci->span.start));
}

std::string name_of(const Node& node, const Named& named) {
  std::string name(node.geometry_of(*named.gpu).product_name.view());
  if (named.is_mig_device()) {
    name += " MIG ";
    name += without_attributes(compute_of(node, named).name.view());
  }
  return name;
}

std::optional<nvmlDevice_t> find_by_uuid(const Node& node, std::string_view uuid) {
  constexpr std::string_view kPrefix = "MIG-";
  if (uuid.starts_with("MIG-GPU-")) {
    return find_legacy(node, uuid.substr(kPrefix.size()));
  }
  for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
    if (node.gpus.items[gpu].uuid.view() == uuid) {
      return gpu_device_handle(gpu);
    }
    for (const Named& device : mig_devices(node, gpu)) {
      if (uuid_of(device) == uuid) {
        return mig_device_handle(device);
      }
    }
  }
  return std::nullopt;
}

std::string uuid_from(std::string_view text) {
  std::array<std::uint8_t, 20> hash = sha1(text);
  hash[6] = static_cast<std::uint8_t>((hash[6] & 0x0FU) | 0x50U);  // Version 5.
  hash[8] = static_cast<std::uint8_t>((hash[8] & 0x3FU) | 0x80U);  // RFC 4122's variant.
  std::string uuid;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      uuid += '-';
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    uuid += kDigits[hash[i] >> 4U];
    uuid += kDigits[hash[i] & 0xFU];
  }
  return uuid;
}

}  // namespace sectile::emulator
