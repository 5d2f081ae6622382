// The session: what connects this process's NVML calls to the emulated node.
//
// The node is the state directory named by SECTILE_EMULATOR_STATE. One session a process, because
// NVML's API is global. Thread-safe. Calls between open and close only, otherwise
// NVML_ERROR_UNINITIALIZED.
#pragma once

#include <functional>

#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

inline constexpr const char* kStateVariable = "SECTILE_EMULATOR_STATE";

// "none", "monitor" or "config": what this process is allowed, whoever runs it. For tests.
inline constexpr const char* kCapabilityVariable = "SECTILE_EMULATOR_CAPABILITY";

// Opens the node. NVML_ERROR_DRIVER_NOT_LOADED if there is none, NO_PERMISSION if it may not be
// written, LIB_RM_VERSION_MISMATCH if another version of the emulator made it, UNKNOWN if it is
// damaged. Opening an open session does nothing.
nvmlReturn_t open_session();
void close_session();

nvmlReturn_t read_node(const std::function<nvmlReturn_t(const Node&)>& look);

// Keeps what `change` did if it returns NVML_SUCCESS, and then brings the sysroot up to date.
nvmlReturn_t write_node(const std::function<nvmlReturn_t(Node&)>& change);

// The same without the sysroot, and also within WithoutEffect: for counting, which always counts.
nvmlReturn_t count_in_node(const std::function<nvmlReturn_t(Node&)>& change);

// While it lives, write_node() of this thread keeps nothing: "success without effect".
class WithoutEffect {
 public:
  WithoutEffect();
  ~WithoutEffect();
  WithoutEffect(const WithoutEffect&) = delete;
  WithoutEffect& operator=(const WithoutEffect&) = delete;
};

// What the calling process may do: root and everybody with the config capability may change MIG,
// those with the monitor capability may look at all instances.
bool may_configure(const Node& node);
bool may_monitor(const Node& node);

}  // namespace sectile::emulator
