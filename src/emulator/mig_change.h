// The changes of MIG: what the emulated driver does to a Node, and when it refuses.
//
// Everything that decides is here; the exported functions only check who asks (mig_entry.h). On any
// return but NVML_SUCCESS the node may be half changed: callers throw it away, as Store::write
// does.
#pragma once

#include <cstdint>
#include <optional>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// Asks for MIG mode 0 or 1. Returns NVML_SUCCESS also when the mode is only pending; `activation`
// says more:
//     kImmediate    idle: the mode is current, SUCCESS. Busy: refused, IN_USE both.
//     kResetIfIdle  idle: the driver resets the GPU, SUCCESS. Busy: pending, activation IN_USE.
//     kReset        pending, activation RESET_REQUIRED.
// Turning MIG off while GPU instances exist is refused: IN_USE both, and nothing is pending.
nvmlReturn_t set_mode(Node& node, std::uint32_t gpu_index, std::uint32_t mode,
                      nvmlReturn_t& activation);

// A GPU reset: instances go, the pending mode becomes current if the model keeps modes, or off.
void reset_gpu(Node& node, std::uint32_t gpu_index);

// Creates a GPU instance at `start`, or where the driver would. INVALID_ARGUMENT for a start that
// the profile does not have, INSUFFICIENT_RESOURCES if it does not fit, IN_USE if it would be the
// first one and a process is on the bare GPU. Requires: MIG mode is on.
nvmlReturn_t create_instance(Node& node, std::uint32_t gpu_index, std::uint32_t profile,
                             std::optional<Span> span, std::uint32_t& gi_id);

// IN_USE while it has compute instances, or a process holds it. Requires: it exists.
nvmlReturn_t destroy_instance(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id);

struct NewCompute {
  std::uint32_t kind;        // Which of its profile's.
  std::optional<Span> span;  // Where the driver puts it if nothing is said.
};

// The same for compute instances. Its id is the lowest that is free.
nvmlReturn_t create_compute(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id,
                            const NewCompute& wanted, std::uint32_t& ci_id);
nvmlReturn_t destroy_compute(Node& node, std::uint32_t gpu_index, std::uint32_t gi_id,
                             std::uint32_t ci_id);

// Adds an event to the ring. Its sequence is set here.
void push_event(Node& node, Event event);

}  // namespace sectile::emulator
