#include "src/emulator/session.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>

#include "src/emulator/store.h"
#include "src/emulator/sysroot.h"

namespace sectile::emulator {
namespace {

struct Session {
  std::mutex mutex;
  std::shared_ptr<Store> store;  // Shared: a call may outlast another thread's close_session().
};

// Never destroyed: NVML may be called while the process exits.
Session& session() {
  static auto& session = *new Session;
  return session;
}

std::shared_ptr<Store> current() {
  const std::lock_guard lock(session().mutex);
  return session().store;
}

nvmlReturn_t reason(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
      return NVML_ERROR_DRIVER_NOT_LOADED;
    case ErrorCode::kPermission:
      return NVML_ERROR_NO_PERMISSION;
    case ErrorCode::kStale:
      return NVML_ERROR_LIB_RM_VERSION_MISMATCH;
    default:
      return NVML_ERROR_UNKNOWN;
  }
}

thread_local int pretences = 0;  // NOLINT(*-avoid-non-const-global-variables): one for each thread.

Capability capability_of(const Node& node) {
  const char* const text = std::getenv(kCapabilityVariable);  // NOLINT(concurrency-mt-unsafe)
  const std::string_view asked = text != nullptr ? text : "";
  if (asked == "none") {
    return Capability::kNone;
  }
  if (asked == "monitor") {
    return Capability::kMonitor;
  }
  return asked == "config" || ::geteuid() == 0 ? Capability::kConfig : node.capability;
}

}  // namespace

nvmlReturn_t open_session() {
  const std::lock_guard lock(session().mutex);
  if (session().store) {
    return NVML_SUCCESS;
  }
  const char* const directory = std::getenv(kStateVariable);  // NOLINT(concurrency-mt-unsafe)
  if (directory == nullptr || *directory == '\0') {
    return NVML_ERROR_DRIVER_NOT_LOADED;
  }
  Result<Store> store = Store::open(directory);
  if (!store) {
    return reason(store.error().code);
  }
  session().store = std::make_shared<Store>(std::move(*store));
  return NVML_SUCCESS;
}

void close_session() {
  const std::lock_guard lock(session().mutex);
  session().store.reset();
}

nvmlReturn_t read_node(const std::function<nvmlReturn_t(const Node&)>& look) {
  const std::shared_ptr<Store> store = current();
  return store ? store->read(look) : NVML_ERROR_UNINITIALIZED;
}

nvmlReturn_t write_node(const std::function<nvmlReturn_t(Node&)>& change) {
  const std::shared_ptr<Store> store = current();
  if (!store) {
    return NVML_ERROR_UNINITIALIZED;
  }
  if (pretences > 0) {
    return store->write_and_discard(change);
  }
  const std::string sysroot = sysroot_of(store->directory());
  return store->write([&](Node& node) {
    const nvmlReturn_t result = change(node);
    if (result == NVML_SUCCESS) {
      refresh_capabilities(node, sysroot);
    }
    return result;
  });
}

nvmlReturn_t count_in_node(const std::function<nvmlReturn_t(Node&)>& change) {
  const std::shared_ptr<Store> store = current();
  return store ? store->write(change) : NVML_ERROR_UNINITIALIZED;
}

WithoutEffect::WithoutEffect() {
  ++pretences;
}

WithoutEffect::~WithoutEffect() {
  --pretences;
}

bool may_configure(const Node& node) {
  return capability_of(node) == Capability::kConfig;
}

bool may_monitor(const Node& node) {
  return capability_of(node) >= Capability::kMonitor;
}

}  // namespace sectile::emulator
