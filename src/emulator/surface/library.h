// Library: how often this process has initialised NVML.
//
// The first nvmlInit opens the session (session.h), the last nvmlShutdown closes it. Thread-safe.
#pragma once

#include <functional>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// nvmlInit...: a node without GPUs is refused unless `flags` has NVML_INIT_FLAG_NO_GPUS; what else
// can go wrong is in open_session(). A failure counts for nothing.
nvmlReturn_t start(unsigned int flags);

// nvmlShutdown.
nvmlReturn_t stop();

// read_node() for the few calls that work before nvmlInit: opens a session for this one look.
nvmlReturn_t read_node_before_init(const std::function<nvmlReturn_t(const Node&)>& look);

}  // namespace sectile::emulator
