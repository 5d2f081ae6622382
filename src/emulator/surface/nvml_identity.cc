// Exported calls that say who a device is.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "sectile/nvml_abi/device.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/board.h"
#include "src/emulator/surface/subject.h"
#include "src/emulator/surface/telemetry.h"

namespace sectile::emulator {
namespace {

// Chips of one architecture share the first number; the others tell boards apart.
std::string vbios_version(const Subject& subject) {
  const unsigned int device = subject.geometry.pci_device;
  std::array<char, NVML_DEVICE_VBIOS_VERSION_BUFFER_SIZE> text{};
  std::snprintf(text.data(), text.size(), "%u.00.%02X.00.%02X", 85 + subject.geometry.architecture,
                device >> 8U & 0xFFU, device & 0xFFU);
  return text.data();
}

unsigned int core_count(const Subject& subject) {
  std::uint32_t sm_count = 0;
  if (subject.is_mig()) {
    sm_count = subject.compute().sm_count;
  } else {
    for (const ProfileKind& profile : subject.geometry.profiles.view()) {
      sm_count = std::max(sm_count, profile.sm_count);
    }
  }
  return sm_count * board_of(subject.geometry).cores_per_sm;
}

// Boards hold one GPU each, so what tells GPUs apart tells boards apart.
unsigned int board_id(const Gpu& gpu) {
  return gpu.pci_domain << 16U | gpu.pci_bus << 8U | gpu.pci_slot << 3U;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char* name, unsigned int length) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return copy_text(name_of(it.node, it.named), name, length);
  });
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char* uuid, unsigned int length) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return copy_text(uuid_of(it.named), uuid, length); });
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t device, unsigned int* index) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return give(index, it.is_mig() ? it.mig_index() : it.named.gpu_index);
  });
}

nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t device, unsigned int* minor) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) { return give(minor, it.gpu.minor); });
}

nvmlReturn_t nvmlDeviceGetSerial(nvmlDevice_t device, char* serial, unsigned int length) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return it.gpu.serial.view().empty() ? NVML_ERROR_NOT_SUPPORTED
                                        : copy_text(it.gpu.serial.view(), serial, length);
  });
}

nvmlReturn_t nvmlDeviceGetBrand(nvmlDevice_t device, nvmlBrandType_t* brand) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return give(brand, brand_of(it.geometry)); });
}

nvmlReturn_t nvmlDeviceGetArchitecture(nvmlDevice_t device,
                                       nvmlDeviceArchitecture_t* value) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return give(value, it.geometry.architecture); });
}

nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int* major,
                                                int* minor) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    if (major == nullptr || minor == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    *major = static_cast<int>(it.geometry.compute_major);
    *minor = static_cast<int>(it.geometry.compute_minor);
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetModuleId(nvmlDevice_t device, unsigned int* module_id) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return board_of(it.geometry).module ? give(module_id, it.named.gpu_index + 1)
                                        : NVML_ERROR_NOT_SUPPORTED;
  });
}

nvmlReturn_t nvmlDeviceGetPdi(nvmlDevice_t device, nvmlPdi_t* pdi) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (pdi == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (pdi->version != nvmlPdi_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    pdi->value = mix(it.gpu.uuid.view());
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetBoardId(nvmlDevice_t device, unsigned int* id) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) { return give(id, board_id(it.gpu)); });
}

nvmlReturn_t nvmlDeviceGetMultiGpuBoard(nvmlDevice_t device, unsigned int* multi) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(multi, 0U); });
}

nvmlReturn_t nvmlDeviceOnSameBoard(nvmlDevice_t first, nvmlDevice_t second,
                                   int* on_same_board) noexcept {
  return on_gpu(__func__, first, [&](const Subject& one) {
    return with_subject(one.node, second, [&](const Subject& other) {
      return give(on_same_board, &one.gpu == &other.gpu ? 1 : 0);
    });
  });
}

nvmlReturn_t nvmlDeviceGetBoardPartNumber(nvmlDevice_t device, char* number,
                                          unsigned int length) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "900-2%04X-0000-000", it.geometry.pci_device);
    return copy_text(text.data(), number, length);
  });
}

nvmlReturn_t nvmlDeviceGetVbiosVersion(nvmlDevice_t device, char* version,
                                       unsigned int length) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return copy_text(vbios_version(it), version, length);
  });
}

nvmlReturn_t nvmlDeviceGetInforomVersion(nvmlDevice_t device, nvmlInforomObject_t object,
                                         char* version, unsigned int length) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    constexpr std::array kVersions = {"2.1", "7.16", "", ""};
    if (object >= NVML_INFOROM_COUNT) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    const std::string_view found = kVersions.at(object);
    return found.empty() ? NVML_ERROR_NOT_SUPPORTED : copy_text(found, version, length);
  });
}

nvmlReturn_t nvmlDeviceGetInforomImageVersion(nvmlDevice_t device, char* version,
                                              unsigned int length) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return copy_text("G520.0200.00.05", version, length); });
}

// The caller's buffer has NVML_GSP_FIRMWARE_VERSION_BUF_SIZE bytes, and the version is the
// driver's.
nvmlReturn_t nvmlDeviceGetGspFirmwareVersion(nvmlDevice_t device, char* version) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return copy_text(it.node.driver_version.view(), version, NVML_GSP_FIRMWARE_VERSION_BUF_SIZE);
  });
}

nvmlReturn_t nvmlDeviceGetGspFirmwareMode(nvmlDevice_t device, unsigned int* enabled,
                                          unsigned int* default_mode) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) {
    if (enabled == nullptr || default_mode == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    *enabled = 1;
    *default_mode = 1;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetNumGpuCores(nvmlDevice_t device, unsigned int* cores) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return give(cores, core_count(it)); });
}

nvmlReturn_t nvmlDeviceGetMemoryBusWidth(nvmlDevice_t device, unsigned int* bits) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give(bits, board_of(it.geometry).memory_bus_bits);
  });
}

nvmlReturn_t nvmlDeviceGetIrqNum(nvmlDevice_t device, unsigned int* irq) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give(irq, 128 + it.named.gpu_index); });
}

nvmlReturn_t nvmlDeviceGetBusType(nvmlDevice_t device, nvmlBusType_t* type) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give(type, NVML_BUS_TYPE_PCIE); });
}

}  // extern "C"
