#include "src/emulator/surface/telemetry.h"

#include <algorithm>

#include "src/emulator/surface/board.h"
#include "src/emulator/surface/clock.h"

namespace sectile::emulator {

unsigned int load_of(const Process& process) {
  return 35 + process.pid % 50;
}

std::uint64_t mix(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  }
  return hash;
}

std::uint64_t energy_mj(const Subject& gpu) {
  return board_of(gpu.geometry).idle_mw * uptime_ms() / 1000;
}

Readings read_telemetry(const Subject& gpu) {
  const Board& board = board_of(gpu.geometry);
  unsigned int load = 0;
  for (const Process& process : gpu.processes()) {
    // A process in an instance uses its share of the GPU; three quarters of one slice, say.
    load += gpu.mig_enabled() ? load_of(process) / 7 : load_of(process);
  }
  load = std::min(load, 100U);
  const auto luck = static_cast<unsigned int>(mix(gpu.gpu.uuid.view()) % 8);
  const unsigned int span = board.power_mw - board.idle_mw;
  return {.load_percent = load,
          .memory_percent = load * 6 / 10,
          .temperature = 28 + luck + load * 36 / 100,
          .memory_temperature = 31 + luck + load * 44 / 100,
          .power_mw = board.idle_mw + luck * 500 + span / 100 * load * 9 / 10,
          .sm_clock_mhz = load == 0 ? kIdleClockMhz : board.sm_clock_mhz,
          .pcie_kib_per_s = 12 + luck + load * 4096};
}

}  // namespace sectile::emulator
