// Exported calls that find devices.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "sectile/nvml_abi/device.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

struct BusId {
  std::uint32_t domain = 0;
  std::uint32_t bus = 0;
  std::uint32_t slot = 0;
};

// Takes hexadecimal digits and then `end` off the front of `text`.
bool take_hex(std::string_view& text, char end, std::uint32_t& value) {
  const char* const last = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), last, value, 16);
  if (error != std::errc() || rest == last || *rest != end) {
    return false;
  }
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return true;
}

// Reads "00000000:07:00.0", with any number of digits in the domain, or no domain: "07:00.0".
std::optional<BusId> parse_bus_id(std::string_view text) {
  BusId id;
  if (std::ranges::count(text, ':') == 2 && !take_hex(text, ':', id.domain)) {
    return std::nullopt;
  }
  if (!take_hex(text, ':', id.bus) || !take_hex(text, '.', id.slot) || text != "0") {
    return std::nullopt;
  }
  return id;
}

// Gives the handle of the first GPU for which `matches` says so.
template <typename Matches>
nvmlReturn_t give_gpu(const Node& node, nvmlDevice_t* device, const Matches& matches) {
  for (std::uint32_t index = 0; index < node.gpus.count; ++index) {
    const Gpu& gpu = node.gpus.items[index];
    if (matches(gpu)) {
      return gpu.lost != 0 ? NVML_ERROR_GPU_IS_LOST : give(device, gpu_device_handle(index));
    }
  }
  return NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t find_by_index(const Node& node, std::uint32_t index, nvmlDevice_t* device) {
  if (device == nullptr || index >= node.gpus.count) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const Gpu* const wanted = &node.gpus.items[index];
  return give_gpu(node, device, [&](const Gpu& gpu) { return &gpu == wanted; });
}

nvmlReturn_t find_by_bus_id(const Node& node, const char* text, nvmlDevice_t* device) {
  const std::optional<BusId> wanted = text != nullptr ? parse_bus_id(text) : std::nullopt;
  if (!wanted || device == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return give_gpu(node, device, [&](const Gpu& gpu) {
    return gpu.pci_domain == wanted->domain && gpu.pci_bus == wanted->bus &&
           gpu.pci_slot == wanted->slot;
  });
}

nvmlReturn_t find_by_serial(const Node& node, const char* serial, nvmlDevice_t* device) {
  if (serial == nullptr || device == nullptr || *serial == '\0') {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return give_gpu(node, device, [&](const Gpu& gpu) { return gpu.serial.view() == serial; });
}

nvmlReturn_t find_by_text(const Node& node, std::string_view uuid, nvmlDevice_t* device) {
  const std::optional<nvmlDevice_t> found = find_by_uuid(node, uuid);
  if (!found) {
    return NVML_ERROR_NOT_FOUND;
  }
  return with_subject(node, *found, [&](const Subject&) { return give(device, *found); });
}

// The 16 bytes that the 32 digits of "GPU-8c2f0b1e-..." stand for.
std::array<unsigned char, NVML_DEVICE_UUID_BINARY_LEN> uuid_bytes(std::string_view uuid) {
  std::array<unsigned char, NVML_DEVICE_UUID_BINARY_LEN> bytes{};
  std::size_t digits = 0;
  for (const char& c : uuid.substr(std::min(uuid.find('-'), uuid.size()))) {
    unsigned char digit = 0;
    if (digits < 2 * bytes.size() && std::from_chars(&c, &c + 1, digit, 16).ec == std::errc()) {
      unsigned char& byte = bytes.at(digits / 2);
      byte = static_cast<unsigned char>(byte << 4U | digit);
      ++digits;
    }
  }
  return bytes;
}

nvmlReturn_t find_by_tagged_uuid(const Node& node, const nvmlUUID_t* uuid, nvmlDevice_t* device) {
  if (uuid == nullptr || device == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (uuid->version != nvmlUUID_v1) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  if (uuid->type == NVML_UUID_TYPE_ASCII) {
    const std::string_view field(uuid->value.str, sizeof uuid->value.str);
    return find_by_text(node, field.substr(0, field.find('\0')), device);
  }
  if (uuid->type != NVML_UUID_TYPE_BINARY) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  return give_gpu(node, device, [&](const Gpu& gpu) {
    return std::ranges::equal(uuid_bytes(gpu.uuid.view()), uuid->value.bytes);
  });
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int* count) noexcept {
  return on_node(__func__, [&](const Node& node) { return give(count, node.gpus.count); });
}

nvmlReturn_t nvmlDeviceGetCount(unsigned int* count) noexcept {
  return on_node(__func__, [&](const Node& node) { return give(count, node.gpus.count); });
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t* device) noexcept {
  return on_node(__func__, [&](const Node& node) { return find_by_index(node, index, device); });
}

nvmlReturn_t nvmlDeviceGetHandleByIndex(unsigned int index, nvmlDevice_t* device) noexcept {
  return on_node(__func__, [&](const Node& node) { return find_by_index(node, index, device); });
}

nvmlReturn_t nvmlDeviceGetHandleBySerial(const char* serial, nvmlDevice_t* device) noexcept {
  return on_node(__func__, [&](const Node& node) { return find_by_serial(node, serial, device); });
}

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char* uuid, nvmlDevice_t* device) noexcept {
  return on_node(__func__, [&](const Node& node) {
    if (uuid == nullptr || device == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return find_by_text(node, uuid, device);
  });
}

nvmlReturn_t nvmlDeviceGetHandleByUUIDV(const nvmlUUID_t* uuid, nvmlDevice_t* device) noexcept {
  return on_node(__func__,
                 [&](const Node& node) { return find_by_tagged_uuid(node, uuid, device); });
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char* id, nvmlDevice_t* device) noexcept {
  return on_node(__func__, [&](const Node& node) { return find_by_bus_id(node, id, device); });
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId(const char* id, nvmlDevice_t* device) noexcept {
  return on_node(__func__, [&](const Node& node) { return find_by_bus_id(node, id, device); });
}

}  // extern "C"
