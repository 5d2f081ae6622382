#include "src/cli/machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <utility>

#include "sectile/apply/mode_rule.h"
#include "sectile/text/gpu_spec.h"
#include "src/cli/live.h"

namespace sectile::cli {
namespace {

constexpr std::uint32_t kNvidia = 0x10DE;
constexpr std::size_t kCommandLengthMax = 40;  // In lists of holders.

ConfigGpu config_gpu(const Snapshot& snapshot, const LiveGpu& gpu) {
  return {.index = gpu.index,
          .uuid = gpu.uuid,
          .pci_ids = {(static_cast<std::uint32_t>(gpu.pci_device) << 16U) | kNvidia},
          .capable = gpu.capable(),
          .model = gpu.capable() ? &snapshot.model_of(gpu) : nullptr};
}

MachineGpu live_gpu(const Snapshot& snapshot, const LiveGpu& gpu) {
  MachineGpu live{.name = gpu.uuid,
                  .model = &snapshot.model_of(gpu),
                  .config = config_gpu(snapshot, gpu),
                  .layout = gpu.layout,
                  .holders = {}};
  for (const Slot& slot : gpu.layout.slots()) {
    const LiveInstance* instance = gpu.find(slot.placement());
    live.holders.push_back(instance == nullptr ? "" : holder_text(gpu.holders(*instance)));
  }
  return live;
}

}  // namespace

std::string holder_text(std::span<const GpuProcess> processes) {
  std::string text;
  for (const GpuProcess& process : processes) {
    std::string command = process.command;
    if (command.size() > kCommandLengthMax) {
      command.resize(kCommandLengthMax - 3);
      command += "...";
    }
    text += fmt::format("{}pid {}{}{}", text.empty() ? "" : ", ", process.pid,
                        command.empty() ? "" : " ", command);
  }
  return text;
}

std::vector<ConfigGpu> config_gpus_of(const Snapshot& snapshot) {
  std::vector<ConfigGpu> gpus;
  gpus.reserve(snapshot.gpus.size());
  for (const LiveGpu& gpu : snapshot.gpus) {
    gpus.push_back(config_gpu(snapshot, gpu));
  }
  return gpus;
}

Result<Machine> planned_machine(const std::string& spec) {
  const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(spec);
  if (!specs) {
    return fail(specs);
  }
  Machine machine;
  for (const ConfigGpu& gpu : config_gpus(*specs)) {
    machine.gpus.push_back(
        {.name = gpu.uuid, .model = gpu.model, .config = gpu, .layout = {}, .holders = {}});
  }
  return machine;
}

Result<Machine> live_machine(const std::string& library, CallWatch* watch) {
  Result<Snapshot> read = read_node(library, watch);
  if (!read) {
    return fail(read);
  }
  Machine machine;
  machine.snapshot = std::make_unique<const Snapshot>(std::move(*read));
  machine.notes = machine.snapshot->warnings;
  for (const LiveGpu& gpu : machine.snapshot->gpus) {
    if (!gpu.capable()) {
      machine.notes.push_back(
          fmt::format("gpu {} ({}) is left out: it {}", gpu.index, gpu.name, incapable_text(gpu)));
    } else if (gpu.mode == MigMode::kDisabled && !gpu.processes.empty()) {
      machine.notes.push_back(
          fmt::format("gpu {} ({}) is left out: MIG is off and the whole GPU is in use by {}",
                      gpu.index, gpu.name, holder_text(gpu.processes)));
    } else {
      machine.gpus.push_back(live_gpu(*machine.snapshot, gpu));
    }
  }
  if (machine.gpus.empty()) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("none of the {} GPUs of this machine can be cut into MIG slices{}{}",
                            machine.snapshot->gpus.size(), machine.notes.empty() ? "" : ": ",
                            fmt::join(machine.notes, "; ")),
                "plan for another machine with --gpu SPEC");
  }
  return machine;
}

}  // namespace sectile::cli
