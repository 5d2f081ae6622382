#include "src/emulator/surface/library.h"

#include <mutex>

#include "sectile/nvml_abi/system.h"
#include "src/emulator/session.h"
#include "src/emulator/surface/entry.h"
#include "src/emulator/surface/event_sets.h"

namespace sectile::emulator {
namespace {

// NVML's interface is global, so is its count.
struct Library {
  std::mutex mutex;
  unsigned int starts = 0;
};

Library& library() {
  static Library library;
  return library;
}

}  // namespace

bool initialised() noexcept {
  Library& it = library();
  const std::lock_guard lock(it.mutex);
  return it.starts > 0;
}

nvmlReturn_t start(unsigned int flags) {
  Library& it = library();
  const std::lock_guard lock(it.mutex);
  if (it.starts == 0) {
    const nvmlReturn_t opened = open_session();
    if (opened != NVML_SUCCESS) {
      return opened;
    }
    const nvmlReturn_t looked = read_node([&](const Node& node) {
      const bool none_is_fine = (flags & NVML_INIT_FLAG_NO_GPUS) != 0;
      return node.gpus.count > 0 || none_is_fine ? NVML_SUCCESS : NVML_ERROR_GPU_NOT_FOUND;
    });
    if (looked != NVML_SUCCESS) {
      close_session();
      return looked;
    }
  }
  ++it.starts;
  return NVML_SUCCESS;
}

nvmlReturn_t stop() {
  Library& it = library();
  const std::lock_guard lock(it.mutex);
  if (it.starts == 0) {
    return NVML_ERROR_UNINITIALIZED;
  }
  if (--it.starts == 0) {
    event_sets().clear();
    close_session();
  }
  return NVML_SUCCESS;
}

nvmlReturn_t read_node_before_init(const std::function<nvmlReturn_t(const Node&)>& look) {
  const nvmlReturn_t started = start(NVML_INIT_FLAG_NO_GPUS);
  if (started != NVML_SUCCESS) {
    return started;
  }
  const nvmlReturn_t looked = read_node(look);
  stop();
  return looked;
}

}  // namespace sectile::emulator
