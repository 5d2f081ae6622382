// What the torture's processes share beside the emulated node: who believes to own which slice.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace sectile::torture {

inline constexpr int kWorkers = 32;
inline constexpr int kGpus = 4;
inline constexpr int kSlices = 8;

// Lives in memory that all processes map.
struct Arena {
  std::atomic<bool> stop;
  std::atomic<bool> pause;      // Workers finish what they do and wait.
  std::atomic<int> violations;  // What must not happen and did; each is also printed.
  std::array<std::array<std::atomic<pid_t>, kSlices>, kGpus> owner;  // 0: nobody.
  struct Worker {
    std::atomic<bool> waiting;
    std::atomic<std::uint64_t> created;
    std::atomic<std::uint64_t> refused;
  };
  std::array<Worker, kWorkers> workers;
};

// Says what went wrong, and counts it.
void violation(Arena& arena, const char* what, long long value);

// Creates and destroys instances at random through the library until told to stop. Never returns.
[[noreturn]] void work(Arena& arena, int number, const char* library, unsigned seed);

}  // namespace sectile::torture
