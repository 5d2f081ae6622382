// From NVML's return codes to our errors: what the caller can do, in which call, with which values.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/nvml_abi/nvml.h"

namespace sectile {

// "in use by another client"; our own words, since the driver's text is a pointer we would have to
// trust.
std::string nvml_text(nvmlReturn_t code);

ErrorCode nvml_error_code(nvmlReturn_t code);

// "nvmlGpuInstanceDestroy, gpu instance 3 of GPU-1: in use by another client (19)".
std::unexpected<Error> nvml_failure(std::string_view call, nvmlReturn_t code,
                                    const std::string& subject);

template <typename Function>
  requires requires(const Function& function) { function.name(); }
std::unexpected<Error> nvml_failure(const Function& function, nvmlReturn_t code,
                                    const std::string& subject) {
  return nvml_failure(std::string_view(function.name()), code, subject);
}

// The driver contradicts itself or the geometry of any GPU.
std::unexpected<Error> nvml_garbage(const std::string& what);

}  // namespace sectile
