#include "src/cli/smi.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sectile/emulator/emulator.h"

namespace sectile::cli {
namespace {

using emulator::GpuStatus;

struct SmiRequest {
  bool list = false;
  bool reset = false;
  std::string ids;  // Of -i; empty: all.
};

Result<SmiRequest> read_smi_request(const std::vector<std::string>& words) {
  SmiRequest request;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-L" || word == "--list-gpus") {
      request.list = true;
    } else if (word == "-r" || word == "--gpu-reset") {
      request.reset = true;
    } else if ((word == "-i" || word == "--id") && i + 1 < words.size()) {
      request.ids = words[++i];
    } else if (word.starts_with("--id=")) {
      request.ids = word.substr(5);
    } else {
      return fail(ErrorCode::kInvalidArgument,
                  "the emulated nvidia-smi does not know '" + word + "'",
                  "it knows -L and -r [-i ID|UUID[,...]]; for the rest use sectile show and apply");
    }
  }
  if (request.list == request.reset) {
    return fail(ErrorCode::kInvalidArgument, "the emulated nvidia-smi needs -L or -r",
                "for instance profiles and layouts use sectile profiles and sectile show");
  }
  return request;
}

bool is_named(const GpuStatus& gpu, std::size_t index, std::string_view id) {
  return id == gpu.uuid || id == gpu.pci_bus_id || id == std::to_string(index);
}

Result<std::vector<int>> find_gpus(const std::vector<GpuStatus>& gpus, std::string_view ids) {
  std::vector<int> found;
  while (!ids.empty()) {
    const std::string_view id = ids.substr(0, ids.find(','));
    ids.remove_prefix(std::min(ids.size(), id.size() + 1));
    std::size_t index = 0;
    while (index < gpus.size() && !is_named(gpus[index], index, id)) {
      ++index;
    }
    if (index == gpus.size()) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("no devices were found for '{}'", id));
    }
    found.push_back(static_cast<int>(index));
  }
  return found;
}

// The columns of nvidia-smi -L.
std::string list_text(const std::vector<GpuStatus>& gpus, std::string_view ids) {
  std::string text;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const GpuStatus& gpu = gpus[i];
    if (!ids.empty() && !is_named(gpu, i, ids)) {
      continue;
    }
    text += fmt::format("GPU {}: {} (UUID: {})\n", i, gpu.name, gpu.uuid);
    for (std::size_t device = 0; device < gpu.mig_devices.size(); ++device) {
      text += fmt::format("  {:<15} Device {:>2}: (UUID: {})\n", gpu.mig_devices[device].name,
                          device, gpu.mig_devices[device].uuid);
    }
  }
  return text;
}

}  // namespace

Result<int> smi(Session& session) {
  const char* state = std::getenv(emulator::kStateEnvironment);  // NOLINT(concurrency-mt-unsafe)
  if (state == nullptr) {
    return fail(ErrorCode::kUnavailable, "there is no emulated machine here",
                "run this inside sectile emulate");
  }
  const Result<SmiRequest> request = read_smi_request(session.arguments.command());
  if (!request) {
    return fail(request);
  }
  const Result<std::vector<GpuStatus>> gpus = emulator::gpu_status(state);
  if (!gpus) {
    return fail(gpus);
  }
  if (request->list) {
    session.out = list_text(*gpus, request->ids);
    return 0;
  }
  std::string ids = request->ids;
  for (std::size_t i = 0; request->ids.empty() && i < gpus->size(); ++i) {
    ids += fmt::format("{}{}", i == 0 ? "" : ",", i);
  }
  const Result<std::vector<int>> chosen = find_gpus(*gpus, ids);
  if (!chosen) {
    return fail(chosen);
  }
  if (const Status reset = emulator::reset_gpus(state, *chosen); !reset) {
    return fail(reset);
  }
  for (const int index : *chosen) {
    session.out += fmt::format("GPU {} was successfully reset.\n",
                               (*gpus)[static_cast<std::size_t>(index)].pci_bus_id);
  }
  session.out += "All done.\n";
  return 0;
}

}  // namespace sectile::cli
