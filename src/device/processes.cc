#include "src/device/processes.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <span>
#include <tuple>

#include "src/device/nvml_error.h"
#include "src/device/text.h"

namespace sectile {
namespace {

constexpr unsigned kProcessesMax = 65536;
constexpr unsigned long long kBytesPerMiB = 1ULL << 20U;

using ProcessKey = std::tuple<unsigned, unsigned, unsigned>;  // pid, GI, CI.
using Processes = std::map<ProcessKey, MiB>;

void add(Processes& all, const ProcessKey& key, unsigned long long bytes) {
  const bool known = bytes != NVML_VALUE_NOT_AVAILABLE;
  const MiB memory{known ? static_cast<std::int64_t>(bytes / kBytesPerMiB) : 0};
  MiB& most = all[key];  // A process that is in two lists is one process.
  most = std::max(most, memory);
}

void add(Processes& all, const nvmlProcessInfo_v1_t& info) {
  add(all, {info.pid, NVML_INVALID_INSTANCE_ID, NVML_INVALID_INSTANCE_ID}, info.usedGpuMemory);
}

void add(Processes& all, const nvmlProcessInfo_v2_t& info) {
  add(all, {info.pid, info.gpuInstanceId, info.computeInstanceId}, info.usedGpuMemory);
}

struct Question {
  nvmlDevice_t device;
  const std::string& subject;
};

// True if the driver answered, false if it has no such list.
template <typename Info, typename Function>
Result<bool> list(const Function& function, const Question& question, Processes& all) {
  for (unsigned capacity = 64; capacity <= kProcessesMax; capacity *= 4) {
    std::vector<Info> infos(capacity);
    unsigned count = capacity;
    const nvmlReturn_t code = function(question.device, &count, infos.data());
    if (code == NVML_ERROR_INSUFFICIENT_SIZE) {
      continue;
    }
    if (code == NVML_ERROR_FUNCTION_NOT_FOUND || code == NVML_ERROR_NOT_SUPPORTED) {
      return false;
    }
    if (code != NVML_SUCCESS) {
      return nvml_failure(function, code, question.subject);
    }
    if (count > capacity) {
      return nvml_garbage(std::to_string(count) + " processes in room for " +
                          std::to_string(capacity) + " on " + question.subject);
    }
    for (const Info& info : std::span(infos).first(count)) {
      add(all, info);
    }
    return true;
  }
  return nvml_garbage("more than " + std::to_string(kProcessesMax) + " processes on " +
                      question.subject);
}

// Asks the newest version that the library has; the oldest has a struct of its own.
template <typename Newest, typename Newer, typename Oldest>
Status list(const std::tuple<const Newest&, const Newer&, const Oldest&>& versions,
            const Question& question, Processes& all) {
  Result<bool> answered = list<nvmlProcessInfo_t>(std::get<0>(versions), question, all);
  if (answered && !*answered) {
    answered = list<nvmlProcessInfo_v2_t>(std::get<1>(versions), question, all);
  }
  if (answered && !*answered) {
    answered = list<nvmlProcessInfo_v1_t>(std::get<2>(versions), question, all);
  }
  return answered ? Status{} : fail(answered);
}

std::string first_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(256, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

}  // namespace

std::string command_of(std::uint32_t pid, const std::string& proc) {
  const std::string folder = proc + "/" + std::to_string(pid);
  std::string command = first_bytes(folder + "/cmdline");
  command.resize(command.find_last_not_of('\0') + 1);  // Each argument ends in a zero.
  std::ranges::replace(command, '\0', ' ');
  if (!command.empty()) {
    return printable(command);
  }
  std::string name = first_bytes(folder + "/comm");
  name.resize(name.find_last_not_of('\n') + 1);
  return name.empty() ? "" : "[" + printable(name) + "]";
}

Result<std::vector<GpuProcess>> read_processes(const Nvml& nvml, nvmlDevice_t device,
                                               const std::string& subject) {
  const Question question{.device = device, .subject = subject};
  Processes all;
  const std::array outcomes{list(std::tie(nvml.DeviceGetComputeRunningProcesses_v3,
                                          nvml.DeviceGetComputeRunningProcesses_v2,
                                          nvml.DeviceGetComputeRunningProcesses),
                                 question, all),
                            list(std::tie(nvml.DeviceGetGraphicsRunningProcesses_v3,
                                          nvml.DeviceGetGraphicsRunningProcesses_v2,
                                          nvml.DeviceGetGraphicsRunningProcesses),
                                 question, all),
                            list(std::tie(nvml.DeviceGetMPSComputeRunningProcesses_v3,
                                          nvml.DeviceGetMPSComputeRunningProcesses_v2,
                                          nvml.DeviceGetMPSComputeRunningProcesses),
                                 question, all)};
  for (const Status& outcome : outcomes) {
    if (!outcome) {
      return fail(outcome);
    }
  }
  std::vector<GpuProcess> processes;
  for (const auto& [key, memory] : all) {
    const auto& [pid, gpu_instance, compute_instance] = key;
    GpuProcess process;
    process.pid = pid;
    {
      // The kernel makes readers wait while the process's memory is being changed.
      const Watched watched(nvml.watch(), "reading /proc/" + std::to_string(pid), subject);
      process.command = command_of(pid);
    }
    process.memory = memory;
    if (gpu_instance != NVML_INVALID_INSTANCE_ID) {
      process.gpu_instance = GpuInstanceId{gpu_instance};
    }
    if (compute_instance != NVML_INVALID_INSTANCE_ID) {
      process.compute_instance = ComputeInstanceId{compute_instance};
    }
    processes.push_back(std::move(process));
  }
  return processes;
}

}  // namespace sectile
