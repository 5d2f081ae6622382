#include "src/emulator/invariants.h"

#include <algorithm>
#include <vector>

#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

constexpr std::uint32_t kSlicesMax = 64;  // Far above any GPU; keeps sums from overflowing.

std::string numbered(const char* what, std::size_t number) {
  return what + (" " + std::to_string(number));
}

template <typename Item, std::size_t kSize>
bool sound(const List<Item, kSize>& list) {
  return list.count <= kSize;
}

bool span_sound(Span span, std::uint32_t slices) {
  return span.size > 0 && span.size <= slices && span.start <= slices - span.size;
}

std::string defect_of(const ComputeKind& kind) {
  if (!kind.name.terminated() || !sound(kind.spans)) {
    return "a compute profile's tables";
  }
  return kind.slices > kSlicesMax || kind.max_count > kMaxComputeInstances
             ? "a compute profile's figures"
             : "";
}

std::string defect_of(const ProfileKind& kind, const Geometry& geometry) {
  if (!kind.name.terminated() || !sound(kind.starts) || !sound(kind.compute)) {
    return "a profile's tables";
  }
  if (kind.compute_slices > kSlicesMax || kind.max_count > kSlicesMax) {
    return "a profile's figures";
  }
  for (const std::uint32_t start : kind.starts.view()) {
    const Span span = {.start = start, .size = kind.memory_slices};
    if (!span_sound(span, geometry.memory_slices) || !tree_id(geometry, false, span)) {
      return "a profile's starts";
    }
  }
  for (const ComputeKind& compute : kind.compute.view()) {
    if (std::string defect = defect_of(compute); !defect.empty()) {
      return defect;
    }
    if (!std::ranges::all_of(compute.spans.view(),
                             [&](Span span) { return span_sound(span, kind.compute_slices); })) {
      return "a compute profile's places";
    }
  }
  return "";
}

std::string defect_of(const Geometry& geometry) {
  if (!geometry.key.terminated() || !geometry.product_name.terminated() ||
      !geometry.chip.terminated() || !sound(geometry.profiles) || !sound(geometry.needs)) {
    return "a geometry's tables";
  }
  if (geometry.memory_slices > kSlicesMax || geometry.max_instances > kMaxInstances) {
    return "a geometry's figures";
  }
  for (const ProfileKind& profile : geometry.profiles.view()) {
    if (std::string defect = defect_of(profile, geometry); !defect.empty()) {
      return defect;
    }
  }
  return "";
}

bool same(Span one, Span other) {
  return one.start == other.start && one.size == other.size;
}

bool overlap(Span one, Span other) {
  return one.start < other.start + other.size && other.start < one.start + one.size;
}

std::string compute_defect(const ProfileKind& profile, const GpuInstance& instance,
                           std::vector<std::uint32_t>& generations) {
  std::vector<Span> spans;
  std::uint32_t slices = 0;
  for (const ComputeInstance& compute : instance.compute) {
    if (compute.exists == 0) {
      continue;
    }
    if (compute.compute >= profile.compute.count) {
      return "a compute instance's profile";
    }
    const ComputeKind& kind = profile.compute.items[compute.compute];
    const auto is_span = [&](Span span) { return same(span, compute.span); };
    if (std::ranges::none_of(kind.spans.view(), is_span)) {
      return "a compute instance's place";
    }
    if (std::ranges::any_of(spans, [&](Span span) { return overlap(span, compute.span); })) {
      return "compute instances that overlap";
    }
    spans.push_back(compute.span);
    slices += kind.slices;
    generations.push_back(compute.generation);
  }
  return slices > profile.compute_slices ? "compute instances larger than their GPU instance" : "";
}

std::string instance_defect(const Geometry& geometry, const Gpu& gpu, std::uint32_t id,
                            std::vector<std::uint32_t>& generations) {
  const GpuInstance& instance = gpu.instances[id];
  if (instance.profile >= geometry.profiles.count) {
    return "its profile";
  }
  const ProfileKind& profile = geometry.profiles.items[instance.profile];
  const auto starts = profile.starts.view();
  if (instance.span.size != profile.memory_slices ||
      std::ranges::find(starts, instance.span.start) == starts.end()) {
    return "its place";
  }
  if (tree_id(geometry, gpu.swapped != 0, instance.span) != id) {
    return "its id";
  }
  for (std::uint32_t other = id + 1; other < kTreeIds; ++other) {
    if (gpu.instances[other].exists != 0 && in_the_way(id, other)) {
      return numbered("overlap with GPU instance", other);
    }
  }
  const auto same_profile = std::ranges::count_if(gpu.instances, [&](const GpuInstance& other) {
    return other.exists != 0 && other.profile == instance.profile;
  });
  if (same_profile > static_cast<std::ptrdiff_t>(profile.max_count)) {
    return "too many of its profile";
  }
  generations.push_back(instance.generation);
  return compute_defect(profile, instance, generations);
}

bool text_sound(const Gpu& gpu) {
  return gpu.uuid.terminated() && gpu.serial.terminated();
}

std::string gpu_defect(const Node& node, const Gpu& gpu, std::vector<std::uint32_t>& generations) {
  if (gpu.geometry >= node.geometries.count || !text_sound(gpu)) {
    return "its geometry or text";
  }
  if (gpu.current_mode > 1 || gpu.pending_mode > 1 || gpu.toggle > ModeToggle::kReset ||
      gpu.virtualization > Virtual::kHostVgpu) {
    return "its mode";
  }
  const Geometry& geometry = node.geometry_of(gpu);
  const std::uint32_t count = count_instances(gpu);
  if (count > geometry.max_instances || (count > 0 && gpu.current_mode == 0)) {
    return "its number of GPU instances";
  }
  for (std::uint32_t id = 0; id < kTreeIds; ++id) {
    if (gpu.instances[id].exists == 0) {
      continue;
    }
    if (std::string defect = instance_defect(geometry, gpu, id, generations); !defect.empty()) {
      return numbered("GPU instance", id) + ": " + defect;
    }
  }
  return "";
}

std::string tables_defect(const Node& node) {
  if (!sound(node.geometries) || !sound(node.gpus) || !sound(node.processes) ||
      !sound(node.faults)) {
    return "a table's count";
  }
  if (!node.driver_version.terminated() || !node.nvml_version.terminated() ||
      node.capability > Capability::kConfig) {
    return "the driver";
  }
  for (const FaultRule& rule : node.faults.view()) {
    if (!rule.call.terminated() || rule.effect > FaultEffect::kDone) {
      return "a fault rule";
    }
  }
  for (const Process& process : node.processes.view()) {
    if (process.gpu >= node.gpus.count || !process.name.terminated()) {
      return "a process";
    }
  }
  return "";
}

std::string generations_defect(const Node& node, std::vector<std::uint32_t>& generations) {
  std::ranges::sort(generations);
  if (std::ranges::adjacent_find(generations) != generations.end()) {
    return "a generation used twice";
  }
  return !generations.empty() && generations.back() > node.last_generation
             ? "a generation from the future"
             : "";
}

}  // namespace

std::string defect_of(const Node& node) {
  if (std::string defect = tables_defect(node); !defect.empty()) {
    return defect;
  }
  for (std::size_t i = 0; i < node.geometries.count; ++i) {
    if (std::string defect = defect_of(node.geometries.items[i]); !defect.empty()) {
      return numbered("geometry", i) + ": " + defect;
    }
  }
  std::vector<std::uint32_t> generations;
  for (std::size_t i = 0; i < node.gpus.count; ++i) {
    if (std::string defect = gpu_defect(node, node.gpus.items[i], generations); !defect.empty()) {
      return numbered("gpu", i) + ": " + defect;
    }
  }
  return generations_defect(node, generations);
}

}  // namespace sectile::emulator
