#include "src/emulator/surface/board.h"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace sectile::emulator {
namespace {

struct Entry {
  std::string_view key;  // How the key of the model begins; the first match counts.
  Board board;
};

constexpr std::array kBoards{
    Entry{"a30",
          {.idle_mw = 29'000,
           .power_mw = 165'000,
           .power_min_mw = 100'000,
           .sm_clock_mhz = 1440,
           .memory_clock_mhz = 1215,
           .pcie_generation = 4,
           .memory_bus_bits = 3072,
           .nvlink_count = 4,
           .nvlink_version = 3,
           .cores_per_sm = 64}},
    Entry{"a100-40",
          {.idle_mw = 52'000,
           .power_mw = 400'000,
           .power_min_mw = 100'000,
           .sm_clock_mhz = 1410,
           .memory_clock_mhz = 1215,
           .pcie_generation = 4,
           .memory_bus_bits = 5120,
           .nvlink_count = 12,
           .nvlink_version = 3,
           .cores_per_sm = 64,
           .module = true}},
    Entry{"a100",
          {.idle_mw = 60'000,
           .power_mw = 400'000,
           .power_min_mw = 100'000,
           .sm_clock_mhz = 1410,
           .memory_clock_mhz = 1593,
           .pcie_generation = 4,
           .memory_bus_bits = 5120,
           .nvlink_count = 12,
           .nvlink_version = 3,
           .cores_per_sm = 64,
           .module = true}},
    Entry{"pg506",
          {.idle_mw = 60'000,
           .power_mw = 400'000,
           .power_min_mw = 100'000,
           .sm_clock_mhz = 1410,
           .memory_clock_mhz = 1593,
           .pcie_generation = 4,
           .memory_bus_bits = 6144,
           .nvlink_count = 12,
           .nvlink_version = 3,
           .cores_per_sm = 64,
           .module = true}},
    Entry{"h100-80gb-pcie",
          {.idle_mw = 48'000,
           .power_mw = 350'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 1755,
           .memory_clock_mhz = 1593,
           .pcie_generation = 5,
           .memory_bus_bits = 5120,
           .nvlink_count = 12,
           .nvlink_version = 4,
           .cores_per_sm = 128}},
    Entry{"h100-94gb-nvl",
          {.idle_mw = 60'000,
           .power_mw = 400'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 1785,
           .memory_clock_mhz = 2619,
           .pcie_generation = 5,
           .memory_bus_bits = 6144,
           .nvlink_count = 12,
           .nvlink_version = 4,
           .cores_per_sm = 128}},
    Entry{"h100",
          {.idle_mw = 70'000,
           .power_mw = 700'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 1980,
           .memory_clock_mhz = 2619,
           .pcie_generation = 5,
           .memory_bus_bits = 5120,
           .nvlink_count = 18,
           .nvlink_version = 4,
           .cores_per_sm = 128,
           .module = true}},
    Entry{"h20",
          {.idle_mw = 75'000,
           .power_mw = 700'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 1980,
           .memory_clock_mhz = 3201,
           .pcie_generation = 5,
           .memory_bus_bits = 6144,
           .nvlink_count = 18,
           .nvlink_version = 4,
           .cores_per_sm = 128,
           .module = true}},
    Entry{"gh200",
          {.idle_mw = 90'000,
           .power_mw = 900'000,
           .power_min_mw = 100'000,
           .sm_clock_mhz = 1980,
           .memory_clock_mhz = 3201,
           .pcie_generation = 5,
           .memory_bus_bits = 6144,
           .nvlink_count = 18,
           .nvlink_version = 4,
           .cores_per_sm = 128,
           .module = true}},
    Entry{"b200",
          {.idle_mw = 140'000,
           .power_mw = 1'000'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 1965,
           .memory_clock_mhz = 3996,
           .pcie_generation = 5,
           .memory_bus_bits = 8192,
           .nvlink_count = 18,
           .nvlink_version = 5,
           .cores_per_sm = 128,
           .module = true}},
    Entry{"b300",
          {.idle_mw = 160'000,
           .power_mw = 1'100'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 2032,
           .memory_clock_mhz = 3996,
           .pcie_generation = 6,
           .memory_bus_bits = 8192,
           .nvlink_count = 18,
           .nvlink_version = 5,
           .cores_per_sm = 128,
           .module = true}},
    Entry{"gb",
          {.idle_mw = 160'000,
           .power_mw = 1'200'000,
           .power_min_mw = 200'000,
           .sm_clock_mhz = 2062,
           .memory_clock_mhz = 3996,
           .pcie_generation = 6,
           .memory_bus_bits = 8192,
           .nvlink_count = 18,
           .nvlink_version = 5,
           .cores_per_sm = 128,
           .module = true}},
    Entry{"rtx-pro-6000",
          {.idle_mw = 32'000,
           .power_mw = 600'000,
           .power_min_mw = 400'000,
           .sm_clock_mhz = 2430,
           .memory_clock_mhz = 12481,
           .pcie_generation = 5,
           .memory_bus_bits = 512,
           .cores_per_sm = 128}},
    Entry{"",
          {.idle_mw = 30'000,
           .power_mw = 300'000,
           .power_min_mw = 150'000,
           .sm_clock_mhz = 2000,
           .memory_clock_mhz = 10000,
           .pcie_generation = 5,
           .memory_bus_bits = 384,
           .cores_per_sm = 128}},
};

}  // namespace

const Board& board_of(const Geometry& geometry) {
  for (const Entry& entry : kBoards) {
    if (geometry.key.view().starts_with(entry.key)) {
      return entry.board;
    }
  }
  return kBoards.back().board;
}

std::uint64_t bar1_of(const Geometry& geometry) {
  return std::bit_ceil(geometry.memory);
}

bool is_superchip(const Geometry& geometry) {
  const std::string_view key = geometry.key.view();
  return key.starts_with("gh") || key.starts_with("gb") || key.ends_with("-gh200");
}

nvmlBrandType_t brand_of(const Geometry& geometry) {
  return geometry.key.view().starts_with("rtx") ? NVML_BRAND_NVIDIA_RTX : NVML_BRAND_NVIDIA;
}

}  // namespace sectile::emulator
