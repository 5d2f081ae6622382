#include "src/emulator/node_builder.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "src/emulator/faults.h"
#include "src/emulator/geometry_copy.h"
#include "src/emulator/handles.h"
#include "src/emulator/invariants.h"
#include "src/emulator/mig_change.h"
#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

struct Driver {
  int branch;
  const char* version;
  const char* nvml;
  std::uint32_t cuda;
};

constexpr std::array kDrivers = std::to_array<Driver>({
    {535, "535.247.01", "12.535.247.01", 12020},
    {570, "570.172.08", "12.570.172.08", 12080},
    {580, "580.95.05", "13.580.95.05", 13000},
});

Status invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

Status set_driver(Node& node, const NodeDescription& description) {
  const auto driver = std::ranges::find(kDrivers, description.driver_branch, &Driver::branch);
  if (driver == kDrivers.end()) {
    return fail(ErrorCode::kInvalidArgument,
                "driver branch " + std::to_string(description.driver_branch) + " is not emulated",
                "use 535, 570 or 580");
  }
  node.driver_branch = static_cast<std::uint32_t>(driver->branch);
  node.driver_version.assign(description.driver_version.empty() ? driver->version
                                                                : description.driver_version);
  node.nvml_version.assign(driver->nvml);
  node.cuda_version = driver->cuda;
  node.capability = static_cast<Capability>(description.access);
  return {};
}

// "3g.40gb" becomes "3g.39gb".
void relabel(ProfileKind& profile) {
  const std::uint64_t gigabytes = (profile.memory + 512) / 1024;
  const auto rename = [&](std::string_view name) {
    const std::size_t digits = name.find("g.") + 2;
    const std::size_t unit = name.find("gb", digits);
    return std::string(name.substr(0, digits)) + std::to_string(gigabytes) +
           std::string(name.substr(unit));
  };
  profile.name.assign(rename(profile.name.view()));
  for (ComputeKind& compute : profile.compute.view()) {
    compute.name.assign(rename(compute.name.view()));
  }
}

// Branch 535 named the instances of an A100 80GB by their rounded memory: "3g.39gb", "7g.79gb".
void apply_branch(Geometry& geometry, std::uint32_t branch) {
  if (branch > 535 || geometry.key.view() != "a100-80gb") {
    return;
  }
  for (ProfileKind& profile : geometry.profiles.view()) {
    relabel(profile);
  }
}

Result<Geometry> geometry_for(const GpuDescription& gpu, std::uint32_t branch) {
  if (gpu.model == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "a GPU of the description has no model");
  }
  Result<Geometry> geometry = pack(*gpu.model);
  if (!geometry) {
    return geometry;
  }
  apply_branch(*geometry, branch);
  if (!gpu.mig_capable) {
    geometry->profiles.count = 0;
  }
  if (!gpu.product_name.empty()) {
    geometry->product_name.assign(gpu.product_name);
  }
  geometry->pci_device = gpu.pci_device.value_or(static_cast<std::uint16_t>(geometry->pci_device));
  return geometry;
}

bool same_geometry(const Geometry& one, const Geometry& other) {
  return one.key.view() == other.key.view() &&
         one.product_name.view() == other.product_name.view() &&
         one.pci_device == other.pci_device && one.profiles.count == other.profiles.count;
}

// The index of the geometry in the node, which gets it if it has none like it.
Result<std::uint32_t> add_geometry(Node& node, const Geometry& geometry) {
  const auto known = node.geometries.view();
  const auto found = std::ranges::find_if(
      known, [&](const Geometry& other) { return same_geometry(geometry, other); });
  if (found != known.end()) {
    return static_cast<std::uint32_t>(found - known.begin());
  }
  if (node.geometries.full()) {
    return fail(
        ErrorCode::kInvalidArgument,
        "an emulated node holds at most " + std::to_string(kMaxGeometries) + " different models");
  }
  node.geometries.push(geometry);
  return node.geometries.count - 1;
}

ModeToggle toggle_for(const GpuDescription& gpu) {
  switch (gpu.toggle) {
    case Toggle::kImmediate:
      return ModeToggle::kImmediate;
    case Toggle::kResetIfIdle:
      return ModeToggle::kResetIfIdle;
    case Toggle::kReset:
      return ModeToggle::kReset;
    case Toggle::kByModel:
      break;
  }
  if (!gpu.model->mode_needs_reset) {
    return ModeToggle::kImmediate;
  }
  return gpu.place == Place::kPassthrough ? ModeToggle::kReset : ModeToggle::kResetIfIdle;
}

// "1323021012345": ten digits that no other GPU of the seed has.
std::string serial_from(std::string_view uuid) {
  std::uint64_t number = 0;
  for (const char c : uuid) {
    number = number * 31 + static_cast<unsigned char>(c);
  }
  return "1650" + std::to_string(100000000U + number % 900000000U);
}

// Servers put two GPUs behind a switch, some buses apart.
std::uint32_t pci_bus_of(std::uint32_t index) {
  constexpr std::array<std::uint32_t, kMaxGpus> kBuses = {0x07, 0x0B, 0x17, 0x1B, 0x47, 0x4B,
                                                          0x57, 0x5B, 0x87, 0x8B, 0x97, 0x9B,
                                                          0xC7, 0xCB, 0xD7, 0xDB};
  return kBuses.at(index);
}

Gpu make_gpu(const GpuDescription& from, const std::string& seed, std::uint32_t index,
             std::uint32_t geometry) {
  Gpu gpu{};
  gpu.geometry = geometry;
  gpu.uuid.assign(from.uuid.empty() ? "GPU-" + uuid_from(seed + "/" + std::to_string(index))
                                    : from.uuid);
  gpu.serial.assign(serial_from(gpu.uuid.view()));
  gpu.minor = index;
  gpu.pci_bus = pci_bus_of(index);
  gpu.pci_subsystem = 0x14A910DE;
  gpu.numa_node = index / 4;
  gpu.swapped = from.swapped ? 1 : 0;
  gpu.lost = from.lost ? 1 : 0;
  gpu.toggle = toggle_for(from);
  gpu.virtualization = static_cast<Virtual>(from.place);
  gpu.current_mode = from.mig_enabled ? 1 : 0;
  gpu.pending_mode = gpu.current_mode;
  return gpu;
}

Status describe_failure(nvmlReturn_t result, const std::string& what) {
  switch (result) {
    case NVML_SUCCESS:
      return {};
    case NVML_ERROR_INSUFFICIENT_RESOURCES:
      return fail(ErrorCode::kUnsatisfiable, what + " does not fit");
    default:
      return fail(ErrorCode::kInvalidArgument, what + " is not possible on this GPU");
  }
}

Status add_compute(Node& node, std::uint32_t gpu, std::uint32_t gi_id,
                   const InitialInstance& wanted) {
  const Gpu& on = node.gpus.items[gpu];
  const ProfileKind& profile = node.geometry_of(on).profiles.items[on.instances[gi_id].profile];
  std::vector<std::uint32_t> ids;
  std::ranges::transform(wanted.compute, std::back_inserter(ids), &ComputeProfileId::value);
  if (ids.empty() && !wanted.bare) {
    const auto kinds = profile.compute.view();
    const auto filling =
        std::ranges::find_if(kinds, [](const auto& kind) { return kind.fills != 0; });
    if (filling != kinds.end()) {
      ids.push_back(filling->id);
    }
  }
  for (const std::uint32_t id : ids) {
    const std::string what = "compute instance of profile " + std::to_string(id) + " in " +
                             std::string(profile.name.view());
    const std::optional<std::uint32_t> compute = find_compute(profile, id);
    std::uint32_t ci_id = 0;
    const nvmlReturn_t result =
        compute ? create_compute(node, gpu, gi_id, {*compute, std::nullopt}, ci_id)
                : NVML_ERROR_INVALID_ARGUMENT;
    if (const Status status = describe_failure(result, what); !status) {
      return status;
    }
  }
  return {};
}

Status add_instance(Node& node, std::uint32_t gpu, const InitialInstance& wanted) {
  const Geometry& geometry = node.geometry_of(node.gpus.items[gpu]);
  const std::optional<std::uint32_t> profile = find_profile(geometry, wanted.profile.value);
  if (!profile) {
    return invalid("model " + std::string(geometry.key.view()) + " has no profile with id " +
                   std::to_string(wanted.profile.value));
  }
  const ProfileKind& kind = geometry.profiles.items[*profile];
  std::optional<Span> span;
  if (wanted.start) {
    span = Span{.start = static_cast<std::uint32_t>(*wanted.start), .size = kind.memory_slices};
  }
  std::uint32_t gi_id = 0;
  const nvmlReturn_t result = create_instance(node, gpu, *profile, span, gi_id);
  const std::string what = std::string(kind.name.view()) +
                           (wanted.start ? "@" + std::to_string(*wanted.start) : "") + " on gpu " +
                           std::to_string(gpu);
  if (const Status status = describe_failure(result, what); !status) {
    return status;
  }
  return add_compute(node, gpu, gi_id, wanted);
}

Status add_gpu(Node& node, const GpuDescription& from, const std::string& seed) {
  const Result<Geometry> geometry = geometry_for(from, node.driver_branch);
  if (!geometry) {
    return fail(geometry);
  }
  const Result<std::uint32_t> index = add_geometry(node, *geometry);
  if (!index) {
    return fail(index);
  }
  if (node.gpus.full()) {
    return invalid("an emulated node holds at most " + std::to_string(kMaxGpus) + " GPUs");
  }
  const std::uint32_t gpu = node.gpus.count;
  node.gpus.push(make_gpu(from, seed, gpu, *index));
  for (const InitialInstance& wanted : from.instances) {
    if (const Status status = add_instance(node, gpu, wanted); !status) {
      return status;
    }
  }
  return {};
}

Status check_description(const GpuDescription& gpu) {
  if (gpu.count < 1) {
    return invalid("a GPU count of " + std::to_string(gpu.count) + " is less than 1");
  }
  if (!gpu.uuid.empty() && (gpu.count != 1 || !gpu.uuid.starts_with("GPU-"))) {
    return invalid("the UUID " + gpu.uuid + " needs a count of 1 and the form GPU-...");
  }
  if (gpu.mig_enabled && !gpu.mig_capable) {
    return invalid("MIG is enabled on a GPU that knows no MIG");
  }
  if (!gpu.instances.empty() && !gpu.mig_enabled) {
    return invalid("a GPU has initial instances, but MIG is not enabled on it");
  }
  return {};
}

bool uuids_differ(const Node& node) {
  std::map<std::string_view, int> seen;
  return std::ranges::all_of(node.gpus.view(),
                             [&](const Gpu& gpu) { return ++seen[gpu.uuid.view()] == 1; });
}

}  // namespace

Status replace_faults(Node& node, std::string_view script) {
  const Result<std::vector<FaultRule>> rules = parse_faults(script);
  if (!rules) {
    return fail(rules);
  }
  node.faults.count = 0;
  for (const FaultRule& rule : *rules) {
    node.faults.push(rule);
  }
  return {};
}

Result<std::unique_ptr<Node>> build_node(const NodeDescription& description) {
  auto node = std::make_unique<Node>();
  if (const Status status = set_driver(*node, description); !status) {
    return fail(status);
  }
  for (const GpuDescription& gpu : description.gpus) {
    if (const Status status = check_description(gpu); !status) {
      return fail(status);
    }
    for (int i = 0; i < gpu.count; ++i) {
      if (const Status status = add_gpu(*node, gpu, description.seed); !status) {
        return fail(status);
      }
    }
  }
  if (!uuids_differ(*node)) {
    return fail(ErrorCode::kInvalidArgument, "two GPUs have the same UUID");
  }
  if (const Status status = replace_faults(*node, description.faults); !status) {
    return fail(status);
  }
  for (const Occupant& occupant : description.occupants) {
    if (const Status status = occupy(*node, occupant); !status) {
      return fail(status);
    }
  }
  if (const std::string defect = defect_of(*node); !defect.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the description makes no sound node: " + defect);
  }
  return node;
}

}  // namespace sectile::emulator
