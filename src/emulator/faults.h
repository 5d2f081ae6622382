// The fault script: makes chosen NVML calls of the emulator fail, so that tests can see what a
// client does then.
#pragma once

#include <optional>
#include <string_view>

#include "sectile/nvml_abi/base.h"

namespace sectile::emulator {

// What the call named `call` ("nvmlDeviceSetMigMode") must return instead of being carried out, or
// nothing. Every exported function asks exactly once per call, so counting here is counting calls.
// Thread-safe. May throw bad_alloc; callers are in entry().
std::optional<nvmlReturn_t> injected_fault(std::string_view call);

}  // namespace sectile::emulator
