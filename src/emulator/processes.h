// Processes that occupy an emulated GPU. They are real processes of this machine, which a test
// started and registered; one that is gone no longer counts. Reads /proc.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "src/emulator/state.h"

namespace sectile::emulator {

// When a process started, in clock ticks after boot; nothing if there is none, or only a zombie.
std::optional<std::uint64_t> start_time_of(std::uint32_t pid);

// Whether the process that was registered still lives: same pid, same start.
bool alive(const Process& process);

// Those that live, on this GPU, in order of pid.
std::vector<Process> living_processes(const Node& node, std::uint32_t gpu_index);

// Whether a living process does more on the GPU than having it open.
bool runs_anything(const Node& node, std::uint32_t gpu_index);

// Whether a living process is on the GPU; with ids, in that instance only.
bool is_occupied(const Node& node, std::uint32_t gpu_index, std::uint32_t gi_id = kNoId,
                 std::uint32_t ci_id = kNoId);

// Takes the dead out of the table.
void purge_processes(Node& node);

}  // namespace sectile::emulator
