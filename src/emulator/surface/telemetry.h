// Telemetry: plausible readings of a GPU, worked out from what runs on it.
//
// Pure: the same GPU in the same state reads the same. Power, temperature and clocks rise with the
// share of the GPU that processes use; each GPU idles a little differently.
#pragma once

#include <cstdint>
#include <string_view>

#include "src/emulator/surface/subject.h"

namespace sectile::emulator {

struct Readings {
  unsigned int load_percent = 0;    // How much of the compute slices is busy.
  unsigned int memory_percent = 0;  // How busy the memory is.
  unsigned int temperature = 0;     // Degrees Celsius.
  unsigned int memory_temperature = 0;
  unsigned int power_mw = 0;
  unsigned int sm_clock_mhz = 0;
  unsigned int pcie_kib_per_s = 0;
};

Readings read_telemetry(const Subject& gpu);

// Energy used since the machine was started, in millijoules: as if the GPU had idled all the time,
// because a meter must never run backwards.
std::uint64_t energy_mj(const Subject& gpu);

// How busy one process keeps what it runs on, in percent.
unsigned int load_of(const Process& process);

// A number that is always the same for a text, and has nothing else to do with it (FNV-1a).
std::uint64_t mix(std::string_view text);

inline constexpr unsigned int kShutdownTemperature = 92;
inline constexpr unsigned int kSlowdownTemperature = 89;
inline constexpr unsigned int kMaxTemperature = 85;
inline constexpr unsigned int kMaxMemoryTemperature = 95;
inline constexpr unsigned int kIdleClockMhz = 210;

}  // namespace sectile::emulator
