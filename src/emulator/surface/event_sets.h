// Event sets: what this process waits for.
//
// The events themselves lie in the node (state.h), for all processes; a set remembers which GPUs
// and types it wants and how far it has read. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

class EventSets {
 public:
  nvmlEventSet_t create();
  bool destroy(nvmlEventSet_t handle);
  void clear();
  bool contains(nvmlEventSet_t handle) const;

  // Wants these types of event of a GPU, from now on. false: no such set.
  bool add(nvmlEventSet_t handle, const Node& node, std::uint32_t gpu, std::uint64_t types);

  // The oldest event that the set wants and has not had yet; it has had it then.
  std::optional<Event> next(nvmlEventSet_t handle, const Node& node);

 private:
  struct Wish {
    std::uint32_t gpu;
    std::uint64_t types;
    std::uint64_t after;  // Sequence.
  };
  struct Set {
    std::vector<Wish> wishes;
    std::uint64_t seen = 0;  // Sequence.
  };

  mutable std::mutex mutex_;
  std::map<std::uintptr_t, Set> sets_;
  std::uintptr_t last_ = 0;  // Handles are never used twice.
};

// Those of this process: NVML's interface is global.
EventSets& event_sets();

}  // namespace sectile::emulator
