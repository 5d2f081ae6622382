#include "src/emulator/mig_change.h"

#include <algorithm>

#include "sectile/nvml_abi/event.h"
#include "src/emulator/processes.h"
#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

void announce(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id) {
  push_event(node, {.sequence = 0,
                    .type = nvmlEventMigConfigChange,
                    .data = 0,
                    .gpu = gpu_index,
                    .gpu_instance = gi_id,
                    .compute_instance = kNoId});
}

bool same(Span one, Span other) {
  return one.start == other.start && one.size == other.size;
}

// The mode that the GPU takes now, without a word about who is on it.
nvmlReturn_t activate(Gpu& gpu, std::uint32_t mode, nvmlReturn_t& activation) {
  gpu.current_mode = mode;
  gpu.pending_mode = mode;
  activation = NVML_SUCCESS;
  return NVML_SUCCESS;
}

nvmlReturn_t change_mode(Gpu& gpu, std::uint32_t mode, bool busy, nvmlReturn_t& activation) {
  if (gpu.toggle == ModeToggle::kImmediate && busy) {
    activation = NVML_ERROR_IN_USE;
    return NVML_ERROR_IN_USE;
  }
  if (gpu.toggle != ModeToggle::kReset && !busy) {
    return activate(gpu, mode, activation);
  }
  gpu.pending_mode = mode;
  activation = gpu.toggle == ModeToggle::kReset ? NVML_ERROR_RESET_REQUIRED : NVML_ERROR_IN_USE;
  return NVML_SUCCESS;
}

// Where a GPU instance goes: the start that was asked for, or the driver's choice.
nvmlReturn_t choose_start(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile,
                          std::optional<Span> span, std::uint32_t& start) {
  if (!span) {
    const std::optional<std::uint32_t> chosen = default_start(geometry, gpu, profile);
    start = chosen.value_or(0);
    return chosen ? NVML_SUCCESS : NVML_ERROR_INSUFFICIENT_RESOURCES;
  }
  const ProfileKind& kind = geometry.profiles.items[profile];
  const auto starts = kind.starts.view();
  if (span->size != kind.memory_slices || std::ranges::find(starts, span->start) == starts.end()) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const std::vector<std::uint32_t> free = free_starts(geometry, gpu, profile);
  start = span->start;
  return std::ranges::find(free, start) != free.end() ? NVML_SUCCESS
                                                      : NVML_ERROR_INSUFFICIENT_RESOURCES;
}

nvmlReturn_t choose_compute_span(const ProfileKind& profile, const GpuInstance& instance,
                                 std::uint32_t compute, std::optional<Span> asked, Span& span) {
  if (!asked) {
    const std::optional<Span> chosen = default_compute_span(profile, instance, compute);
    span = chosen.value_or(Span{});
    return chosen ? NVML_SUCCESS : NVML_ERROR_INSUFFICIENT_RESOURCES;
  }
  span = *asked;
  const auto is_asked = [&](Span other) { return same(other, span); };
  if (std::ranges::none_of(profile.compute.items[compute].spans.view(), is_asked)) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return std::ranges::any_of(free_compute_spans(profile, instance, compute), is_asked)
             ? NVML_SUCCESS
             : NVML_ERROR_INSUFFICIENT_RESOURCES;
}

}  // namespace

void push_event(Node& node, Event event) {
  event.sequence = ++node.last_event;
  node.events[event.sequence % kMaxEvents] = event;
}

nvmlReturn_t set_mode(Node& node, std::uint32_t gpu_index, std::uint32_t mode,
                      nvmlReturn_t& activation) {
  Gpu& gpu = node.gpus.items[gpu_index];
  if (mode == gpu.current_mode) {
    return activate(gpu, mode, activation);
  }
  if (mode == 0 && count_instances(gpu) > 0) {
    activation = NVML_ERROR_IN_USE;
    return NVML_ERROR_IN_USE;
  }
  return change_mode(gpu, mode, is_occupied(node, gpu_index), activation);
}

void reset_gpu(Node& node, std::uint32_t gpu_index) {
  Gpu& gpu = node.gpus.items[gpu_index];
  for (std::uint32_t gi = 0; gi < kTreeIds; ++gi) {
    if (gpu.instances[gi].exists != 0) {
      gpu.instances[gi] = {};
      announce(node, gpu_index, gi);
    }
  }
  const bool keeps = node.geometry_of(gpu).mode_persists != 0;
  gpu.current_mode = keeps ? gpu.pending_mode : 0;
  gpu.pending_mode = gpu.current_mode;
}

nvmlReturn_t create_instance(Node& node, std::uint32_t gpu_index, std::uint32_t profile,
                             std::optional<Span> span, std::uint32_t& gi_id) {
  Gpu& gpu = node.gpus.items[gpu_index];
  const Geometry& geometry = node.geometry_of(gpu);
  std::uint32_t start = 0;
  const nvmlReturn_t chosen = choose_start(geometry, gpu, profile, span, start);
  if (chosen != NVML_SUCCESS) {
    return chosen;
  }
  if (count_instances(gpu) == 0 && runs_anything(node, gpu_index)) {
    return NVML_ERROR_IN_USE;
  }
  const Span place = {.start = start, .size = geometry.profiles.items[profile].memory_slices};
  const std::optional<std::uint32_t> id = tree_id(geometry, gpu.swapped != 0, place);
  if (!id) {
    return NVML_ERROR_UNKNOWN;
  }
  gi_id = *id;
  gpu.instances[gi_id] = {.exists = 1,
                          .generation = ++node.last_generation,
                          .profile = profile,
                          .span = place,
                          .compute = {}};
  announce(node, gpu_index, gi_id);
  return NVML_SUCCESS;
}

nvmlReturn_t destroy_instance(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id) {
  GpuInstance& instance = node.gpus.items[gpu_index].instances[gi_id];
  if (count_compute_instances(instance) > 0 || is_occupied(node, gpu_index, gi_id)) {
    return NVML_ERROR_IN_USE;
  }
  instance = {};
  announce(node, gpu_index, gi_id);
  return NVML_SUCCESS;
}

nvmlReturn_t create_compute(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id,
                            const NewCompute& wanted, std::uint32_t& ci_id) {
  Gpu& gpu = node.gpus.items[gpu_index];
  GpuInstance& instance = gpu.instances[gi_id];
  const ProfileKind& profile = node.geometry_of(gpu).profiles.items[instance.profile];
  Span place{};
  const nvmlReturn_t chosen =
      choose_compute_span(profile, instance, wanted.kind, wanted.span, place);
  if (chosen != NVML_SUCCESS) {
    return chosen;
  }
  const auto free = std::ranges::find(instance.compute, 0U, &ComputeInstance::exists);
  if (free == instance.compute.end()) {
    return NVML_ERROR_INSUFFICIENT_RESOURCES;
  }
  *free = {.exists = 1,
           .generation = ++node.last_generation,
           .compute = wanted.kind,
           .span = place,
           .compute_mode = 0};
  ci_id = static_cast<std::uint32_t>(free - instance.compute.begin());
  return NVML_SUCCESS;
}

nvmlReturn_t destroy_compute(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id,
                             std::uint32_t ci_id) {
  if (is_occupied(node, gpu_index, gi_id, ci_id)) {
    return NVML_ERROR_IN_USE;
  }
  node.gpus.items[gpu_index].instances[gi_id].compute[ci_id] = {};
  return NVML_SUCCESS;
}

}  // namespace sectile::emulator
