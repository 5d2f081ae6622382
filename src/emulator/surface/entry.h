// The door that every exported NVML function goes through.
//
// It refuses calls before nvmlInit, lets the fault script (faults.h) have its way, and turns an
// exception into a return code: clients are C programs, nothing may be thrown at them.
#pragma once

#include <new>
#include <string_view>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/faults.h"
#include "src/emulator/session.h"

namespace sectile::emulator {

// Whether nvmlInit succeeded more often than nvmlShutdown. Thread-safe.
bool initialised() noexcept;

// Runs `body` as the fault script wants it. May throw.
template <typename Body>
nvmlReturn_t with_faults(std::string_view call, const Body& body) {
  const Fault fault = check_fault(call);
  if (!fault.result) {
    return body();
  }
  if (fault.effect == FaultEffect::kDone) {
    body();
    return *fault.result;
  }
  if (*fault.result != NVML_SUCCESS) {
    return *fault.result;
  }
  const WithoutEffect guard;
  return body();
}

// For nvmlInit itself and what works before it: does not look at initialised().
template <typename Body>
nvmlReturn_t entry_before_init(std::string_view call, const Body& body) noexcept {
  try {
    return with_faults(call, body);
  } catch (const std::bad_alloc&) {
    return NVML_ERROR_MEMORY;
  } catch (...) {
    return NVML_ERROR_UNKNOWN;
  }
}

// Usage: nvmlReturn_t nvmlX(...) noexcept { return entry(__func__, [&] { ... }); }
template <typename Body>
nvmlReturn_t entry(std::string_view call, const Body& body) noexcept {
  return initialised() ? entry_before_init(call, body) : NVML_ERROR_UNINITIALIZED;
}

}  // namespace sectile::emulator
