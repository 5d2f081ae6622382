// Checks that NVML makes on the arguments of many calls.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "sectile/nvml_abi/base.h"

namespace sectile::emulator {

// Writes `text` and a final NUL to a caller's buffer of `length` bytes.
inline nvmlReturn_t copy_text(std::string_view text, char* buffer, std::size_t length) {
  if (buffer == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (length <= text.size()) {
    return NVML_ERROR_INSUFFICIENT_SIZE;
  }
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  return NVML_SUCCESS;
}

// Writes `text`, cut if need be, to an array inside a struct, whose size NVML fixes.
template <std::size_t kSize>
void fill_text(std::string_view text, char (&array)[kSize]) {
  std::memset(array, 0, kSize);
  std::memcpy(array, text.data(), text.size() < kSize ? text.size() : kSize - 1);
}

// Stores `value`, if there is where to.
template <typename T>
nvmlReturn_t give(T* where, T value) {
  if (where == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  *where = value;
  return NVML_SUCCESS;
}

// The protocol of calls that fill an array: *count is the room on entry, and what there is on
// return, which also says how much room to bring after INSUFFICIENT_SIZE. Brought none, and there
// is nothing: success. `from` is a range; `convert` makes a T of one of its elements.
template <typename Range, typename T, typename Convert>
nvmlReturn_t give_all(const Range& from, unsigned int* count, T* array, const Convert& convert) {
  if (count == nullptr || (array == nullptr && *count > 0)) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const std::span<T> room(array, *count);
  *count = static_cast<unsigned int>(from.size());
  if (room.size() < from.size()) {
    return NVML_ERROR_INSUFFICIENT_SIZE;
  }
  std::ranges::transform(from, room.begin(), convert);
  return NVML_SUCCESS;
}

}  // namespace sectile::emulator
