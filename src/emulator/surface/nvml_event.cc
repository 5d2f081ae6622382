// Exported calls about events.
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "sectile/nvml_abi/event.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/event_sets.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

constexpr std::uint64_t kSupported =
    nvmlEventTypeSingleBitEccError | nvmlEventTypeDoubleBitEccError |
    nvmlEventTypeXidCriticalError | nvmlEventTypeClock | nvmlEventMigConfigChange;

// Other processes change the node and cannot wake us, so look this often.
constexpr std::chrono::milliseconds kPause{5};

// TIMEOUT if there is nothing for the set now.
nvmlReturn_t take_event(const Node& node, nvmlEventSet_t set, nvmlEventData_t& data) {
  const std::optional<Event> event = event_sets().next(set, node);
  if (!event) {
    return NVML_ERROR_TIMEOUT;
  }
  data = {.device = gpu_device_handle(event->gpu),
          .eventType = event->type,
          .eventData = event->data,
          .gpuInstanceId = event->gpu_instance,
          .computeInstanceId = event->compute_instance};
  return NVML_SUCCESS;
}

// Looks until there is an event for the set, or the time is over.
nvmlReturn_t wait(nvmlEventSet_t set, unsigned int timeout_ms, nvmlEventData_t& data) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (event_sets().contains(set)) {
    const nvmlReturn_t taken =
        read_node([&](const Node& node) { return take_event(node, set, data); });
    const auto now = std::chrono::steady_clock::now();
    if (taken != NVML_ERROR_TIMEOUT || now >= until) {
      return taken;
    }
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(kPause, until - now));
  }
  return NVML_ERROR_INVALID_ARGUMENT;
}

nvmlReturn_t add(const Subject& subject, std::uint64_t types, nvmlEventSet_t set) {
  if ((types & ~kSupported) != 0) {
    return NVML_ERROR_NOT_SUPPORTED;
  }
  return event_sets().add(set, subject.node, subject.named.gpu_index, types)
             ? NVML_SUCCESS
             : NVML_ERROR_INVALID_ARGUMENT;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t* set) noexcept {
  return entry(__func__, [&] {
    return set == nullptr ? NVML_ERROR_INVALID_ARGUMENT : give(set, event_sets().create());
  });
}

nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) noexcept {
  return entry(__func__, [&] {
    return event_sets().destroy(set) ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t* data,
                                 unsigned int timeout_ms) noexcept {
  return entry(__func__, [&] {
    return data == nullptr ? NVML_ERROR_INVALID_ARGUMENT : wait(set, timeout_ms, *data);
  });
}

// Writes the 24 bytes that its callers have.
nvmlReturn_t nvmlEventSetWait(nvmlEventSet_t set, nvmlEventData_v1_t* data,
                              unsigned int timeout_ms) noexcept {
  return entry(__func__, [&] {
    nvmlEventData_t full{};
    const nvmlReturn_t waited =
        data == nullptr ? NVML_ERROR_INVALID_ARGUMENT : wait(set, timeout_ms, full);
    if (waited == NVML_SUCCESS) {
      *data = {.device = full.device, .eventType = full.eventType, .eventData = full.eventData};
    }
    return waited;
  });
}

// Events are those of a GPU; a MIG device has none of its own.
nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, unsigned long long event_types,
                                      nvmlEventSet_t set) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) { return add(it, event_types, set); });
}

nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t device,
                                              unsigned long long* event_types) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    return give(event_types, static_cast<unsigned long long>(kSupported));
  });
}

}  // extern "C"
