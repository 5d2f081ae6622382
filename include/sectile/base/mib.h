// MiB: an amount of memory. The only unit of memory in the project.
#pragma once

#include <compare>
#include <cstdint>

namespace sectile {

// A count of mebibytes (1,048,576 bytes). NVML's memorySizeMB is in this unit too. The "GB" of a
// profile's name is a label and no amount: look a profile's memory up, never compute it.
struct MiB {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(const MiB&, const MiB&) = default;
  friend constexpr MiB operator+(MiB a, MiB b) { return {a.value + b.value}; }
  friend constexpr MiB operator-(MiB a, MiB b) { return {a.value - b.value}; }
  friend constexpr MiB operator*(MiB a, std::int64_t n) { return {a.value * n}; }
};

}  // namespace sectile
