#include "src/device/nvml_error.h"

#include <algorithm>
#include <array>

namespace sectile {
namespace {

struct Meaning {
  nvmlReturn_t code;
  ErrorCode error;
  const char* text;
  const char* next;
};

constexpr const char* kAskDriver = "look at `dmesg` for messages of the NVIDIA driver";
constexpr const char* kReadAgain = "the GPU changed meanwhile: read it and plan again";

constexpr std::array kMeanings{
    Meaning{NVML_SUCCESS, ErrorCode::kFailed, "success", ""},
    Meaning{NVML_ERROR_UNINITIALIZED, ErrorCode::kUnavailable, "NVML is not initialised",
            kAskDriver},
    Meaning{NVML_ERROR_INVALID_ARGUMENT, ErrorCode::kFailed, "invalid argument", kReadAgain},
    Meaning{NVML_ERROR_NOT_SUPPORTED, ErrorCode::kUnavailable, "not supported", ""},
    Meaning{NVML_ERROR_NO_PERMISSION, ErrorCode::kPermission, "insufficient permissions",
            "run as root"},
    Meaning{NVML_ERROR_NOT_FOUND, ErrorCode::kStale, "not found", kReadAgain},
    Meaning{NVML_ERROR_INSUFFICIENT_SIZE, ErrorCode::kFailed, "insufficient size", ""},
    Meaning{NVML_ERROR_INSUFFICIENT_POWER, ErrorCode::kUnavailable, "insufficient power",
            "connect the GPU's power cables"},
    Meaning{NVML_ERROR_DRIVER_NOT_LOADED, ErrorCode::kUnavailable, "driver not loaded",
            "load it: modprobe nvidia"},
    Meaning{NVML_ERROR_TIMEOUT, ErrorCode::kFailed, "timeout", "try again"},
    Meaning{NVML_ERROR_IRQ_ISSUE, ErrorCode::kUnavailable, "interrupt request issue", kAskDriver},
    Meaning{NVML_ERROR_LIBRARY_NOT_FOUND, ErrorCode::kUnavailable, "library not found",
            "reinstall the NVIDIA driver"},
    Meaning{NVML_ERROR_FUNCTION_NOT_FOUND, ErrorCode::kUnavailable, "function not found",
            "install a newer NVIDIA driver"},
    Meaning{NVML_ERROR_CORRUPTED_INFOROM, ErrorCode::kUnavailable, "corrupted InfoROM", kAskDriver},
    Meaning{NVML_ERROR_GPU_IS_LOST, ErrorCode::kUnavailable, "the GPU is lost",
            "look at `dmesg` for Xid messages; the machine may need a reboot"},
    Meaning{NVML_ERROR_RESET_REQUIRED, ErrorCode::kUnavailable, "the GPU needs a reset",
            "nvidia-smi -r -i UUID, when nothing runs on it"},
    Meaning{NVML_ERROR_OPERATING_SYSTEM, ErrorCode::kUnavailable,
            "blocked by the operating system or a control group", kAskDriver},
    Meaning{NVML_ERROR_LIB_RM_VERSION_MISMATCH, ErrorCode::kUnavailable,
            "library and kernel module have different versions",
            "reload the NVIDIA kernel modules, or reboot"},
    Meaning{NVML_ERROR_IN_USE, ErrorCode::kBusy, "in use by another client",
            "end the processes on the GPU; monitoring services (DCGM, nvsm), a display server or "
            "the nvidia_drm module hold it too"},
    Meaning{NVML_ERROR_MEMORY, ErrorCode::kFailed, "insufficient memory", "try again"},
    Meaning{NVML_ERROR_NO_DATA, ErrorCode::kFailed, "no data", ""},
    Meaning{NVML_ERROR_INSUFFICIENT_RESOURCES, ErrorCode::kUnsatisfiable, "insufficient resources",
            "the place is taken: read the GPU and plan again"},
    Meaning{NVML_ERROR_ARGUMENT_VERSION_MISMATCH, ErrorCode::kUnavailable,
            "argument version mismatch", "install a newer NVIDIA driver"},
    Meaning{NVML_ERROR_DEPRECATED, ErrorCode::kUnavailable, "deprecated",
            "install a newer version of Sectile"},
    Meaning{NVML_ERROR_NOT_READY, ErrorCode::kFailed, "not ready", "try again"},
    Meaning{NVML_ERROR_GPU_NOT_FOUND, ErrorCode::kUnavailable, "no GPU found", kAskDriver},
    Meaning{NVML_ERROR_INVALID_STATE, ErrorCode::kStale, "invalid state", kReadAgain},
    Meaning{NVML_ERROR_RESET_TYPE_NOT_SUPPORTED, ErrorCode::kUnavailable,
            "reset type not supported", ""},
};

constexpr Meaning kUnknown{NVML_ERROR_UNKNOWN, ErrorCode::kFailed, "unknown error", kAskDriver};

const Meaning& meaning(nvmlReturn_t code) {
  const auto* const found = std::ranges::find(kMeanings, code, &Meaning::code);
  return found == kMeanings.end() ? kUnknown : *found;
}

}  // namespace

std::string nvml_text(nvmlReturn_t code) {
  return meaning(code).text;
}

ErrorCode nvml_error_code(nvmlReturn_t code) {
  return meaning(code).error;
}

std::unexpected<Error> nvml_failure(std::string_view call, nvmlReturn_t code,
                                    const std::string& subject) {
  const Meaning& known = meaning(code);
  std::string message(call);
  message += (subject.empty() ? "" : ", " + subject) + ": " + known.text + " (" +
             std::to_string(static_cast<unsigned>(code)) + ")";
  return fail(known.error, message, known.next);
}

std::unexpected<Error> nvml_garbage(const std::string& what) {
  return fail(ErrorCode::kFailed, "the NVIDIA driver contradicts itself: " + what,
              "nothing was changed on its word; report this with the driver's version");
}

}  // namespace sectile
