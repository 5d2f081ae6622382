// Exported calls that concern no device: starting, stopping, versions, the machine.
#include <fstream>
#include <string>

#include "sectile/nvml_abi/system.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/error_text.h"
#include "src/emulator/surface/library.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

nvmlReturn_t give_process_name(unsigned int pid, char* name, unsigned int length) {
  if (name == nullptr || length == 0) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  std::string command;
  if (!file || !std::getline(file, command, '\0') || command.empty()) {
    return NVML_ERROR_NOT_FOUND;
  }
  // NVML cuts a name that does not fit.
  return copy_text(std::string_view(command).substr(0, length - 1), name, length);
}

// The few calls that work before nvmlInit; `look` takes a const Node&.
template <typename Look>
nvmlReturn_t before_init(std::string_view call, const Look& look) noexcept {
  return entry_before_init(call, [&] { return read_node_before_init(look); });
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlInitWithFlags(unsigned int flags) noexcept {
  return entry_before_init(__func__, [&] { return start(flags); });
}

nvmlReturn_t nvmlInit_v2() noexcept {
  return entry_before_init(__func__, [] { return start(0); });
}

// Version 1 attached to every GPU, which the emulator does anyway.
nvmlReturn_t nvmlInit() noexcept {
  return entry_before_init(__func__, [] { return start(0); });
}

nvmlReturn_t nvmlShutdown() noexcept {
  return entry(__func__, stop);
}

const char* nvmlErrorString(nvmlReturn_t result) noexcept {
  return error_text(result);
}

nvmlReturn_t nvmlSystemGetDriverVersion(char* version, unsigned int length) noexcept {
  return on_node(__func__, [&](const Node& node) {
    return copy_text(node.driver_version.view(), version, length);
  });
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char* version, unsigned int length) noexcept {
  return before_init(__func__, [&](const Node& node) {
    return copy_text(node.nvml_version.view(), version, length);
  });
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion(int* cuda_driver_version) noexcept {
  return before_init(__func__, [&](const Node& node) {
    return give(cuda_driver_version, static_cast<int>(node.cuda_version));
  });
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int* cuda_driver_version) noexcept {
  return before_init(__func__, [&](const Node& node) {
    return give(cuda_driver_version, static_cast<int>(node.cuda_version));
  });
}

nvmlReturn_t nvmlSystemGetDriverBranch(nvmlSystemDriverBranchInfo_t* info,
                                       unsigned int length) noexcept {
  return on_node(__func__, [&](const Node& node) {
    if (info == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (info->version != nvmlSystemDriverBranchInfo_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    const std::string branch = "r" + std::to_string(node.driver_branch) + "_00";
    return copy_text(branch, info->branch, std::min<std::size_t>(length, sizeof info->branch));
  });
}

nvmlReturn_t nvmlSystemGetProcessName(unsigned int pid, char* name, unsigned int length) noexcept {
  return entry(__func__, [&] { return give_process_name(pid, name, length); });
}

nvmlReturn_t nvmlSystemGetHicVersion(unsigned int* count, nvmlHwbcEntry_t* /*entries*/) noexcept {
  return entry(__func__, [&] { return give(count, 0U); });
}

nvmlReturn_t nvmlSystemGetConfComputeCapabilities(
    nvmlConfComputeSystemCaps_t* capabilities) noexcept {
  return entry(__func__, [&] { return give(capabilities, nvmlConfComputeSystemCaps_t{}); });
}

nvmlReturn_t nvmlSystemGetConfComputeState(nvmlConfComputeSystemState_t* state) noexcept {
  return entry(__func__, [&] { return give(state, nvmlConfComputeSystemState_t{}); });
}

nvmlReturn_t nvmlSystemGetConfComputeSettings(nvmlSystemConfComputeSettings_t* settings) noexcept {
  return entry(__func__, [&] {
    if (settings == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (settings->version != nvmlSystemConfComputeSettings_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    *settings = {};
    settings->version = nvmlSystemConfComputeSettings_v1;
    return NVML_SUCCESS;
  });
}

// Confidential computing is off, so there is nothing to wait for.
nvmlReturn_t nvmlSystemGetConfComputeGpusReadyState(unsigned int* accepting) noexcept {
  return entry(__func__, [&] { return give(accepting, 1U); });
}

nvmlReturn_t nvmlUnitGetCount(unsigned int* count) noexcept {
  return entry(__func__, [&] { return give(count, 0U); });
}

nvmlReturn_t nvmlGetExcludedDeviceCount(unsigned int* count) noexcept {
  return entry_before_init(__func__, [&] { return give(count, 0U); });
}

}  // extern "C"
