#include "tests/faults/fault.h"

#include <array>
#include <vector>

namespace sectile::faults {
namespace {

constexpr std::array kCodes = {
    "UNKNOWN",          "IN_USE",         "INSUFFICIENT_RESOURCES",
    "NO_PERMISSION",    "GPU_IS_LOST",    "NOT_SUPPORTED",
    "TIMEOUT",          "NOT_FOUND",      "INVALID_STATE",
    "INVALID_ARGUMENT", "RESET_REQUIRED", "DRIVER_NOT_LOADED",
};

constexpr std::array kChanging = {
    "nvmlDeviceSetMigMode",
    "nvmlDeviceCreateGpuInstanceWithPlacement",
    "nvmlGpuInstanceDestroy",
    "nvmlGpuInstanceCreateComputeInstanceWithPlacement",
    "nvmlGpuInstanceCreateComputeInstance",
    "nvmlComputeInstanceDestroy",
};

std::vector<Fault> make_faults() {
  std::vector<Fault> made;
  for (const bool persistent : {false, true}) {
    made.push_back({.code = "SUCCESS", .persistent = persistent, .done = false});
    for (const bool done : {false, true}) {
      for (const char* const code : kCodes) {
        made.push_back({.code = code, .persistent = persistent, .done = done});
      }
    }
  }
  return made;
}

}  // namespace

std::string Fault::script(std::string_view call) const {
  return "call=" + std::string(call) + " occurrence=1 return=" + code +
         (done ? " effect=done" : " effect=none") + (persistent ? " persistent" : " transient");
}

std::span<const Fault> all_faults() {
  static const std::vector<Fault> faults = make_faults();
  return faults;
}

std::span<const char* const> changing_functions() {
  return kChanging;
}

}  // namespace sectile::faults
