// The time of day as NVML stamps its readings.
#pragma once

#include <chrono>
#include <cstdint>

namespace sectile::emulator {

// Microseconds since the epoch.
inline std::uint64_t now_us() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

// Milliseconds since the machine was started.
inline std::uint64_t uptime_ms() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count());
}

}  // namespace sectile::emulator
