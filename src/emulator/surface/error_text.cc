#include "src/emulator/surface/error_text.h"

namespace sectile::emulator {

// The texts that tools print are known from their output (0 to 10, 12 to 20, 23, 27, 999); the
// others are worded like them.
const char* error_text(nvmlReturn_t code) noexcept {
  constexpr const char* kTexts[] = {
      "Success",
      "Uninitialized",
      "Invalid Argument",
      "Not Supported",
      "Insufficient Permissions",
      "Already Initialized",
      "Not Found",
      "Insufficient Size",
      "Insufficient External Power",
      "Driver Not Loaded",
      "Timeout",
      "Interrupt Request Issue",
      "NVML Shared Library Not Found",
      "Function Not Found",
      "Corrupted infoROM",
      "GPU is lost",
      "GPU requires reset",
      "GPU access blocked by the operating system",
      "Driver/library version mismatch",
      "In use by another client",
      "Insufficient Memory",
      "No data",
      "ECC is not supported by the vGPU host",
      "Insufficient Resources",
      "Frequency Not Supported",
      "Argument version mismatch",
      "Deprecated",
      "System is not in ready state",
      "No GPUs were found",
      "Invalid State",
      "Reset type not supported",
  };
  const auto number = static_cast<unsigned int>(code);
  return number < sizeof kTexts / sizeof *kTexts ? kTexts[number] : "Unknown Error";
}

}  // namespace sectile::emulator
