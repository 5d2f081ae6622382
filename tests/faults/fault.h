// Faults: how an NVML call may fail, as rules of the emulator's fault script.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sectile::faults {

struct Fault {
  const char* code = "SUCCESS";
  bool persistent = false;  // From that call on; else only that one.
  bool done = false;        // The call has its effect all the same.

  // A script for the call that comes next.
  std::string script(std::string_view call) const;
};

// Each return code that a driver gives to somebody who changes MIG: once and for ever, with and
// without effect; and success without effect.
std::span<const Fault> all_faults();

// The functions that change something.
std::span<const char* const> changing_functions();

}  // namespace sectile::faults
