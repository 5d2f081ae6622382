#include <string>

#include "sectile/emulator/emulator.h"
#include "src/emulator/handles.h"
#include "src/emulator/processes.h"
#include "src/emulator/store.h"

namespace sectile::emulator {
namespace {

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

std::string mode(std::uint32_t value) {
  return value != 0 ? "on" : "off";
}

std::string dump_driver(const Node& node) {
  return "driver " + std::string(node.driver_version.view()) + " (branch " +
         text(node.driver_branch) + "), last event " + text(node.last_event) + "\n";
}

std::string dump_compute(const Node& node, const Named& named) {
  return "    compute instance " + text(named.ci_id) + ": " +
         std::string(compute_of(node, named).name.view()) + " at " + text(named.ci->span.start) +
         ":" + text(named.ci->span.size) + " " + uuid_of(named) + "\n";
}

std::string dump_gpu(const Node& node, std::uint32_t index) {
  const Gpu& gpu = node.gpus.items[index];
  std::string lines = "gpu " + text(index) + ": " + std::string(node.geometry_of(gpu).key.view()) +
                      " " + std::string(gpu.uuid.view()) + "\n  mig " + mode(gpu.current_mode) +
                      ", pending " + mode(gpu.pending_mode) +
                      (gpu.swapped != 0 ? ", swapped" : "") + (gpu.lost != 0 ? ", lost" : "") +
                      "\n";
  for (const Named& instance : gpu_instances(node, index)) {
    lines += "  gpu instance " + text(instance.gi_id) + ": " +
             std::string(profile_of(node, instance).name.view()) + " at " +
             text(instance.gi->span.start) + ":" + text(instance.gi->span.size) + "\n";
    for (const Named& compute : compute_instances(node, instance)) {
      lines += dump_compute(node, compute);
    }
  }
  for (const Process& process : living_processes(node, index)) {
    lines += "  process " + text(process.pid) + " (" + std::string(process.name.view()) + "), " +
             text(process.memory) + " MiB" +
             (process.gpu_instance == kNoId ? "" : ", gpu instance " + text(process.gpu_instance)) +
             "\n";
  }
  return lines;
}

std::string dump_fault(const FaultRule& rule) {
  return "fault " + std::string(rule.call.view()) + ": called " + text(rule.calls) + " times\n";
}

}  // namespace

Result<std::string> dump_node(const std::string& directory) {
  Result<Store> store = Store::open(directory);
  if (!store) {
    return fail(store);
  }
  std::string lines;
  const nvmlReturn_t seen = store->read([&](const Node& node) {
    lines = dump_driver(node);
    for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
      lines += dump_gpu(node, gpu);
    }
    for (const FaultRule& rule : node.faults.view()) {
      lines += dump_fault(rule);
    }
    return NVML_SUCCESS;
  });
  if (seen != NVML_SUCCESS) {
    return fail(ErrorCode::kFailed, "cannot lock the emulated node in " + directory);
  }
  return lines;
}

}  // namespace sectile::emulator
