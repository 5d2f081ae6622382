#include <fstream>
#include <optional>
#include <string>

#include "src/emulator/handles.h"
#include "src/emulator/node_builder.h"
#include "src/emulator/processes.h"
#include "src/emulator/sysroot.h"

namespace sectile::emulator {
namespace {

constexpr std::int64_t kBareMemory = 0;

// What a process calls itself, as /proc says.
std::string command_of(std::uint32_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name.empty() ? "process" : name;
}

std::string describe(const Occupant& occupant) {
  return "process " + std::to_string(occupant.pid) + " on gpu " + std::to_string(occupant.gpu);
}

// Finds the instance that is meant, and the only compute instance of it if none is named.
Status place(const Node& node, const Occupant& occupant, Process& process) {
  if (!occupant.gpu_instance) {
    if (occupant.compute_instance) {
      return fail(ErrorCode::kInvalidArgument,
                  describe(occupant) + ": a compute instance needs a GPU instance");
    }
    return {};
  }
  const std::optional<Named> instance =
      find_gpu_instance_by_id(node, process.gpu, *occupant.gpu_instance);
  if (!instance) {
    return fail(ErrorCode::kInvalidArgument, describe(occupant) + ": there is no GPU instance " +
                                                 std::to_string(*occupant.gpu_instance));
  }
  process.gpu_instance = *occupant.gpu_instance;
  const std::vector<Named> inside = compute_instances(node, *instance);
  for (const Named& compute : inside) {
    if (occupant.compute_instance ? compute.ci_id == *occupant.compute_instance
                                  : inside.size() == 1) {
      process.compute_instance = compute.ci_id;
      return {};
    }
  }
  return fail(ErrorCode::kInvalidArgument,
              describe(occupant) + ": GPU instance " + std::to_string(*occupant.gpu_instance) +
                  " has " + std::to_string(inside.size()) + " compute instances" +
                  (occupant.compute_instance
                       ? ", none with id " + std::to_string(*occupant.compute_instance)
                       : "; say which"));
}

Status check_gpu(const Node& node, const Occupant& occupant) {
  return occupant.gpu >= 0 && occupant.gpu < static_cast<int>(node.gpus.count)
             ? Status{}
             : fail(ErrorCode::kInvalidArgument, describe(occupant) + ": there is no such gpu");
}

}  // namespace

Result<std::vector<std::string>> device_files_of(const Node& node, const Occupant& occupant) {
  if (const Status known = check_gpu(node, occupant); !known) {
    return fail(known);
  }
  Process process{};
  process.gpu = static_cast<std::uint32_t>(occupant.gpu);
  process.gpu_instance = kNoId;
  if (const Status placed = place(node, occupant, process); !placed) {
    return fail(placed);
  }
  const std::uint32_t minor = node.gpus.items[process.gpu].minor;
  std::vector<std::string> files = {"nvidiactl", "nvidia" + std::to_string(minor)};
  if (occupant.listed) {
    files.emplace_back("nvidia-uvm");  // Memory is what those need who run something.
  }
  if (process.gpu_instance != kNoId) {
    files.push_back(capability_device(gpu_instance_minor(minor, process.gpu_instance)));
    files.push_back(capability_device(
        compute_instance_minor(minor, process.gpu_instance, process.compute_instance)));
  }
  return files;
}

Status occupy(Node& node, const Occupant& occupant) {
  if (Status known = check_gpu(node, occupant); !known) {
    return known;
  }
  const std::optional<std::uint64_t> start_time = start_time_of(occupant.pid);
  if (!start_time) {
    return fail(ErrorCode::kInvalidArgument, describe(occupant) + ": there is no such process");
  }
  Process process{
      .pid = occupant.pid,
      .graphics = !occupant.listed    ? kSilent
                  : occupant.graphics ? 1U
                                      : 0U,
      .start_time = *start_time,
      .gpu = static_cast<std::uint32_t>(occupant.gpu),
      .gpu_instance = kNoId,
      .compute_instance = kNoId,
      .memory = static_cast<std::uint64_t>(std::max(occupant.memory.value, kBareMemory)),
      .name = {}};
  process.name.assign(occupant.name.empty() ? command_of(occupant.pid) : occupant.name);
  if (Status placed = place(node, occupant, process); !placed) {
    return placed;
  }
  purge_processes(node);
  if (node.processes.full()) {
    return fail(ErrorCode::kInvalidArgument,
                describe(occupant) + ": more than " + std::to_string(kMaxProcesses) + " processes");
  }
  node.processes.push(process);
  return {};
}

}  // namespace sectile::emulator
