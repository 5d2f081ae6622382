// An NVML whose second function follows a pointer that leads nowhere.
#include "sectile/nvml_abi/nvml.h"

extern "C" {

__attribute__((visibility("default"))) nvmlReturn_t nvmlInit_v2() noexcept {
  return NVML_SUCCESS;
}

__attribute__((visibility("default"))) nvmlReturn_t
nvmlDeviceGetCount_v2(unsigned int* count) noexcept {
  // Through a volatile pointer, so that no compiler sees where it leads.
  const volatile unsigned* volatile nowhere = nullptr;
  *count = *nowhere;
  return NVML_SUCCESS;
}

}  // extern "C"
