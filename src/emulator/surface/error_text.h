// The texts of NVML's return codes.
#pragma once

#include "sectile/nvml_abi/base.h"

namespace sectile::emulator {

// Never null; "Unknown Error" for a number that is no code.
const char* error_text(nvmlReturn_t code) noexcept;

}  // namespace sectile::emulator
